"""Where the oracle (@cloud-copilot/iam-simulate) is known to decide otherwise than AWS's documents, with the document.

A difference counts as known only if it can be shown: `rewrite` says the same thing in words the oracle
understands (asked again, it must then agree), or `explains` recognizes the one answer that the rule changes.
Rules that AWS leaves open need no entry: there an answer at one of our bounds is accepted."""
import re
from datetime import datetime, timezone

NOTHING = "arn:aws:kms:us-east-1:000000000000:key/nothing"
NOT_FROM_OUTSIDE = {"kms:PutKeyPolicy", "kms:GetKeyPolicy", "kms:ScheduleKeyDeletion"}


def caller(case):
    return case["request"]["principal"]


def documents(value):
    if isinstance(value, dict):
        if "Statement" in value:
            yield value
        for inner in value.values():
            yield from documents(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from documents(inner)


def listed(value):
    return value if isinstance(value, list) else [value]


def held(case, key):
    values = {k.lower(): v for k, v in case["request"]["context"].items()}.get(key.lower())
    return values or None


def each_condition(case, change):
    """Replaces the values of each condition by what `change(document, operator, key, values)` gives; `True` drops a
    condition that always holds."""
    changed = False
    for document in documents(case):
        for statement in document["Statement"]:
            for operator, block in statement.get("Condition", {}).items():
                for key, values in list(block.items()):
                    new = change(document, operator, key, listed(values))
                    if new is True:
                        del block[key]
                    elif new is not None and new != listed(values):
                        block[key] = new
                    else:
                        continue
                    changed = True
    return changed


def variables(document, text):
    return re.findall(r"\$\{([^},]+)\}", text) if document.get("Version") == "2012-10-17" else []


def outside(case, ours, theirs):
    account = caller(case).split(":")[4] if caller(case).startswith("arn:") else None
    return (account not in (None, case["request"]["resource"].split(":")[4]) and case["request"]["action"] in NOT_FROM_OUTSIDE
            and ours.get("upper") == "implicit_deny" and theirs == "allow")


def federated_without_policy(case):
    changed = False
    if ":federated-user/" in caller(case) and "session_policy" not in case:
        for document in case.get("identity_policies", []):
            denies = [statement for statement in document["Statement"] if statement["Effect"] == "Deny"]
            changed |= len(denies) < len(document["Statement"])
            document["Statement"] = denies
    return changed


def service_linked(case):
    if "/AWSServiceRoleFor" in caller(case):
        return [case.pop(name, None) for name in ("service_control_policies", "resource_control_policies")] != [None, None]


def arn_variables(case):
    def change(document, operator, key, values):
        if operator.startswith("Arn"):
            return [re.sub(r"\$\{([^}]+)\}", lambda m: (held(case, m[1]) or ["unresolved"])[0], value) if variables(document, value) else value
                    for value in values]
    return each_condition(case, change)


def if_exists_of_any(case):
    def change(document, operator, key, values):
        return True if operator.startswith("ForAnyValue:") and operator.endswith("IfExists") and not held(case, key) else None
    return each_condition(case, change)


def all_addresses(case):
    def change(document, operator, key, values):
        if "IpAddress" in operator and "0.0.0.0/0" in values:
            return [value for value in values if value != "0.0.0.0/0"] + ["0.0.0.0/1", "128.0.0.0/1"]
    return each_condition(case, change)


def other_family(case):
    def change(document, operator, key, values):
        source = held(case, key)
        if operator.startswith("NotIpAddress") and source:
            same = [value for value in values if (":" in value) == (":" in source[0])]
            return same if same and len(same) < len(values) else (True if not same else None)
    return each_condition(case, change)


def epoch(case):
    def change(document, operator, key, values):
        if operator.startswith("Date"):
            return [datetime.fromtimestamp(int(value), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if value.isdigit() else value for value in values]
    return each_condition(case, change)


def unresolved_inverted(case):
    def change(document, operator, key, values):
        if "StringNot" in operator:
            kept = [value for value in values if all(held(case, name) for name in variables(document, value) if name not in "*?$")]
            return kept if kept or held(case, key) is None else True
    return each_condition(case, change)


def literal_star(case):
    """Under StringEquals, `${*}` is the character."""
    def change(document, operator, key, values):
        if "Equals" in operator and operator.split(":")[-1].startswith("String") and document.get("Version") == "2012-10-17":
            return [value.replace("${*}", "*") for value in values]
    return each_condition(case, change)


def old_version(case):
    """Without variables, `${` is text; no ARN and no value of the generator's requests holds it."""
    def change(document, operator, key, values):
        if document.get("Version") != "2012-10-17":
            return [value.replace("${", "<") if isinstance(value, str) else value for value in values]
    changed = each_condition(case, change)
    for document in documents(case):
        if document.get("Version") != "2012-10-17":
            for statement in document["Statement"]:
                for element in {"Resource", "NotResource"} & set(statement):
                    new = [value if "${" not in value else NOTHING for value in listed(statement[element])]
                    changed |= new != listed(statement[element])
                    statement[element] = new
    return changed


def account_alone(case):
    """NotPrincipal in a Deny that lists the caller's account and not the caller exempts only the root user."""
    changed, who = False, caller(case)
    if not who.startswith("arn:") or who.endswith(":root"):
        return False
    account = who.split(":")[4]
    role = who.split("/")[1] if ":assumed-role/" in who else None
    for document in documents(case):
        for statement in document["Statement"]:
            names = listed(statement.get("NotPrincipal", {}).get("AWS", []))
            others = [name for name in names if name not in (account, f"arn:aws:iam::{account}:root")]
            mine = [name for name in others if name == who or role and name.startswith(f"arn:aws:iam::{account}:role/") and name.endswith("/" + role)]
            if len(others) < len(names) and not mine:
                changed = True
                if others:
                    statement["NotPrincipal"]["AWS"] = others
                else:
                    del statement["NotPrincipal"]
                    statement["Principal"] = "*"
    return changed


def unresolved_resource(case):
    changed = False
    for document in documents(case):
        for statement in document["Statement"]:
            for element in {"Resource", "NotResource"} & set(statement):
                new = [NOTHING if any(not held(case, name) for name in variables(document, value)) else value for value in listed(statement[element])]
                changed |= new != listed(statement[element])
                statement[element] = new
    return changed


def short_resource(case):
    changed = False
    for document in documents(case):
        for statement in document["Statement"]:
            for element in {"Resource", "NotResource"} & set(statement):
                new = ["arn:aws:kms:*:*:*" if value == "arn:aws:kms:*" else value for value in listed(statement[element])]
                changed |= new != listed(statement[element])
                statement[element] = new
    return changed


KNOWN = [
    {"id": "cross-account-use", "says": "administrative operations never work from another account",
     "document": "AWS KMS API Reference, `Cross-account use: No` of each operation", "explains": outside},
    {"id": "federated-user-without-session-policy", "says": "a federated user session without a session policy has no IAM permissions",
     "document": "AWS STS API Reference, GetFederationToken, parameter Policy", "rewrite": federated_without_policy},
    {"id": "service-linked-role", "says": "neither SCPs nor RCPs bind service-linked roles",
     "document": "AWS Organizations User Guide, Service control policies and Resource control policies, what they do not restrict", "rewrite": service_linked},
    {"id": "variable-in-arn-condition", "says": "policy variables are substituted in the values of ARN operators",
     "document": "IAM User Guide, IAM policy elements: variables and tags, where you can use policy variables", "rewrite": arn_variables},
    {"id": "for-any-value-if-exists", "says": "an operator that ends in IfExists is true where the key is absent",
     "document": "IAM User Guide, IAM JSON policy elements: condition operators, ...IfExists", "rewrite": if_exists_of_any},
    {"id": "all-addresses", "says": "0.0.0.0/0 holds every IPv4 address",
     "document": "RFC 4632, to which the IAM User Guide's IP address condition operators refer", "rewrite": all_addresses},
    {"id": "other-address-family", "says": "an address of the other family is outside a range, so NotIpAddress is true",
     "document": "IAM User Guide, IP address condition operators: IPv4 and IPv6 ranges may be mixed", "rewrite": other_family},
    {"id": "epoch-seconds", "says": "a date may be given in epoch (UNIX) seconds",
     "document": "IAM User Guide, Date condition operators", "rewrite": epoch},
    {"id": "unresolved-variable-inverted", "says": "inverted operators match a variable that cannot be resolved",
     "document": "IAM User Guide, IAM policy elements: variables and tags, variables without a value", "rewrite": unresolved_inverted},
    {"id": "literal-star", "says": "`${*}` is the character `*` also where no pattern is",
     "document": "IAM User Guide, IAM policy elements: variables and tags, special characters", "rewrite": literal_star},
    {"id": "variables-need-2012", "says": "without Version 2012-10-17 a variable is literal text",
     "document": "IAM User Guide, IAM JSON policy elements: Version", "rewrite": old_version},
    {"id": "not-principal-account-alone", "says": "NotPrincipal with Deny exempts a caller listed with its account, not the account alone",
     "document": "IAM User Guide, AWS JSON policy elements: NotPrincipal", "rewrite": account_alone},
    {"id": "star-at-the-end-of-a-resource", "says": "a star that ends a segment of a Resource may run on, in every kind of policy alike",
     "document": "IAM User Guide, IAM JSON policy elements: Resource, wildcards in resource ARNs", "rewrite": short_resource},
    {"id": "unresolved-variable-in-resource", "says": "a Resource or NotResource entry with an unresolved variable matches nothing",
     "document": "IAM User Guide, IAM policy elements: variables and tags, variables in the Resource element", "rewrite": unresolved_resource},
]
