"""What of a statement can be decided without the solver: whom a principal names, whether an action or a resource
matches, and what keys the documents mention.
"""

import re

from world import listed

# How far a `*` in a Resource runs over colons: left open by AWS.
STARS = ["within a segment", "over the end", "anywhere"]


def named(principal):
    """The `*` and the names under AWS; services and identity providers are nobody from another account."""
    return [principal] if principal == "*" else listed(principal.get("AWS", []))


def split_principal(name):
    """Account, kind and the rest of a principal; no account where it names none."""
    if re.fullmatch(r"\d{12}", name):
        return name, "account", ""
    found = re.fullmatch(r"arn:aws:(iam|sts)::(\d{12}):(\w[\w-]*)(?:/(.+))?", name)
    if not found:
        return None, None, None
    kind = "account" if found[3] == "root" else found[3]
    right = found[1] == ("sts" if kind in ("assumed-role", "federated-user") else "iam")
    return (found[2], kind, found[4]) if right else (None, None, None)


def unique_id(name):
    """Whose id a principal is, which AWS shows in the place of an ARN it cannot find."""
    found = re.fullmatch(r"A(ROA|IDA)[A-Z0-9]{12,}", name)
    return found and {"ROA": "role", "IDA": "user"}[found[1]]


def action_matches(statement, name):
    element = "Action" if "Action" in statement else "NotAction"
    if element not in statement:
        return False
    found = any(pattern == "*" or glob(pattern.lower(), f"kms:{name}".lower()) for pattern in listed(statement[element]))
    return found == (element == "Action")


def resource_matches(statement, arn, reading):
    element = "Resource" if "Resource" in statement else "NotResource"
    if element not in statement:
        return False
    # A wildcard for the service matches nothing. Source: IAM User Guide, "Resource", wildcards.
    names_service = lambda pattern: re.match(r"[^:]*:[^:]*:[^:*?]+:", pattern)  # noqa: E731
    found = any(pattern == "*" or names_service(pattern) and glob(pattern, arn, reading) for pattern in listed(statement[element]))
    return found == (element == "Resource")


def glob(pattern, text, reading="anywhere"):
    """How far a `*` goes: anywhere, over colons only at the end of a segment, or never over one."""
    ends = lambda at: at + 1 == len(pattern) or pattern[at + 1] == ":"  # noqa: E731
    far = lambda at: reading == "anywhere" or (reading == "over the end" and ends(at))  # noqa: E731
    parts = [{"*": ".*" if far(at) else "[^:]*", "?": "."}.get(c, re.escape(c)) for at, c in enumerate(pattern)]
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def encryption_contexts(text, grants):
    """The encryption context keys that are named: how each is written first, by its folded name."""
    names = re.findall(r"(?i)kms:EncryptionContext:([\w:-]+)", text)
    for grant in grants:
        for wanted in ("EncryptionContextEquals", "EncryptionContextSubset"):
            names += grant["constraints"].get(wanted) or {}
    return {name.lower(): name for name in sorted(names)}


def spare_values(text):
    """Each condition on a set needs at most one value of its own to hold or to fail."""
    return len(re.findall("(?i)EncryptionContextKeys|CalledVia", text))
