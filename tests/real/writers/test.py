"""Compares the writers of every key with what the oracle says of every principal, over the organization as it was
scanned and over two variants of it in which more is allowed; fails on any difference that the known differences of
tests/real/oracle do not explain.
"""
import collections, copy, json, os, pathlib, subprocess, sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "oracle"))

from compare import ask_again, oracle_answers, recognized  # noqa: E402
from ordinary import Organization, document, principals  # noqa: E402

INCOMPLETE, DONE = 4, 0


def as_scanned(snapshot):
    """The RCP denies everything in member accounts."""
    return snapshot


def without_perimeter(snapshot):
    """The same without that RCP."""
    guardrails = snapshot["organization"]["known"]["guardrails"]
    guardrails["items"] = [policy for policy in guardrails["items"] if policy["name"] != "perimeter"]
    return snapshot


def tagged(snapshot):
    """And everybody carries the tag that the identity policies ask for, in one of the two ways they write it."""
    for account in without_perimeter(snapshot)["accounts"]:
        people = (account["iam"]["users"] + account["iam"]["roles"]) if account["iam"] else []
        for at, one in enumerate(people):
            kept = [tag for tag in one["tags"] if tag["key"] != "team"]
            one["tags"] = sorted([*kept, {"key": "team", "value": ["a+b  ключ", "a+b %20 ключ"][at % 2]}],
                                 key=lambda tag: tag["key"])
    return snapshot


def judged(snapshot, folder, name):
    """Each key's lockout, as `keyreach analyze` reports it."""
    path = pathlib.Path(folder, f"{name}.json")
    path.write_text(json.dumps(snapshot))
    command = [os.environ["KEYREACH"], "analyze", str(path), "--out", str(pathlib.Path(folder, name)),
               "--format", "json", "--allow-gaps", "--quiet"]
    subprocess.run(command, check=True)
    report = json.loads(pathlib.Path(folder, name, "report.json").read_text())
    return {key["arn"]: key["lockout"] for key in report["keys"]}


def pairs(snapshot, lockouts, count):
    """One case for each key and principal, and what the report says of it."""
    organization, cases, ours = Organization(snapshot), [], {}
    for cell in snapshot["cells"]:
        account = organization.accounts[cell["account_id"]]
        for key in cell["keys"]:
            lockout = lockouts[key["arn"]]
            if document(key["policy"]["known"]) is None:
                assert lockout["verdict"] == "unknown", lockout
                count["keys with a policy that is none"] += 1
                continue
            assert lockout["verdict"] != "unknown" and lockout["certainty"] == "certain", (key["arn"], lockout)
            writers = {writer["principal"]: writer for writer in lockout["writers"]}
            people = list(principals(account))
            assert writers.keys() <= {one["arn"] for one in people}, writers
            count["keys"] += 1
            for one in people:
                name = f"{key['arn']} {one['arn']}"
                cases.append(organization.case(name, key, account, one))
                ours[name] = said(one["arn"] in writers)
    return cases, ours


def said(writes):
    lower, upper = ("allow", "allow") if writes else ("explicit_deny", "implicit_deny")
    return {"decision": upper, "lower": lower, "upper": upper}


def main(path, folder):
    snapshot, failed = json.loads(pathlib.Path(path).read_text()), False
    for variant in [as_scanned, without_perimeter, tagged]:
        changed, count, used = variant(copy.deepcopy(snapshot)), collections.Counter(), collections.Counter()
        cases, ours = pairs(changed, judged(changed, folder, variant.__name__), count)
        theirs = {name: answer["decision"] for name, answer in oracle_answers(cases).items()}
        doubtful = []
        for case in cases:
            mine, other = ours[case["id"]], theirs[case["id"]]
            count["writers"] += mine["decision"] == "allow"
            if (mine["decision"] == "allow") == (other == "allow"):
                continue
            names = recognized(case, mine, other)
            used.update(names)
            doubtful += [] if names else [case]
        shown = ask_again(doubtful, ours, oracle_answers)
        used.update(name for names in shown.values() for name in names)
        unexplained = [case for case in doubtful if not shown[case["id"]]]
        print(f"writers, {variant.__name__}: {count['keys']} keys, {len(cases)} pairs of key and principal, "
              f"{count['writers']} can; {len(unexplained)} differ without a known reason; known:", dict(used), flush=True)
        for case in unexplained[:5]:
            print(json.dumps(case), ours[case["id"]], f"oracle: {theirs[case['id']]}", sep="\n")
        failed |= bool(unexplained) or count["keys"] < 200
    sys.exit(failed)


main(*sys.argv[1:])
