"""Makes of a snapshot one in which whatever others may write tries to act on its reader: hostile.py FROM TO."""

import json
import sys

ACTS = "</script><img src=x onerror=alert(1)><script>alert(2)</script>'\"&<!--\u202e\u2066\u200b\x1b[2J\x9b\U000e0041\n=1+1"


def spoil(key):
    key["aliases"] = [alias + ACTS for alias in key["aliases"]]
    known = key["metadata"].get("known")
    if known:
        known["description"] = ACTS
    if "known" in key["tags"]:
        key["tags"]["known"] = {"owner" + ACTS: ACTS}
    policy = key["policy"].get("known")
    if policy:
        try:
            document = json.loads(policy)
            for statement in document["Statement"]:
                statement["Sid"] = statement.get("Sid", "") + ACTS
            key["policy"]["known"] = json.dumps(document)
        except (ValueError, KeyError, TypeError):
            key["policy"]["known"] = policy + ACTS
    for grant in key["grants"]["items"]:
        grant["name"] = ACTS


def main():
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        snapshot = json.load(file)
    for account in snapshot["accounts"]:
        account["name"] = ACTS
    keys = [key for cell in snapshot["cells"] for key in cell["keys"]]
    for key in keys[:]:
        spoil(key)
    # A few tens say what there is to say.
    for cell in snapshot["cells"]:
        cell["keys"] = cell["keys"][:2]
    with open(target, "w", encoding="utf-8") as file:
        json.dump(snapshot, file)


main()
