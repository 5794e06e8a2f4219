"""The role that `keyreach role` prints is enough for a scan, and every action of it is needed."""

import json
import subprocess
import time
from collections import Counter
from dataclasses import dataclass

from aws import MANAGEMENT
from keyreach import FAILED, INCOMPLETE, denied, gaps
from policies import AUDITOR, arn
from world import permit

# What ministack does not answer: whoever is allowed to ask learns that there is no such operation.
NOT_ANSWERED = {"kms:DescribeCustomKeyStores", "kms:GetKeyLastUsage", "kms:ListKeyRotations"}
# What is asked about a key whose policy shuts the scanner out.
OF_A_KEY = {"kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListGrants", "kms:GetKeyRotationStatus",
            "kms:ListKeyRotations", "kms:ListResourceTags"}
# Of the policies of a key, how the one by which AWS RAM shares it is told from its own.
RAM_POLICY = " (AWS_RAM)"


@dataclass
class Ends:
    """How a scan without one action ends."""
    why: str
    code: int = INCOMPLETE
    keys: bool = True  # Whether any is read.
    accounts: int | None = None  # As many as are known of, where that is less than all.
    accounts_named: bool = True  # By --accounts.
    reads_less: bool = False  # So that less else can be refused.
    authorized: bool = True  # By ministack. AWS authorizes all of them.


NOTHING_ELSE = Ends("a gap for each thing that it was to be asked about, and nothing else changes")
ALONE = Ends("no other account is known: the caller's own is read alone, and nothing more of the organization is asked",
             accounts=1, accounts_named=False, reads_less=True)
OTHERWISE = {
    "account:ListRegions": Ends("ministack 1.5.33 lets every caller ask this", authorized=False),
    "kms:ListKeys": Ends("no key is known: nothing could be read", FAILED, keys=False, reads_less=True),
    "organizations:DescribeOrganization": ALONE,
    "organizations:ListAccounts": ALONE,
}
# What a removal needs to be seen at all.
FLAGS = {"kms:GetKeyLastUsage": ["--last-usage"]}


def printed(binary):
    return json.loads(subprocess.check_output([binary, "role", "--format", "json"]))


def actions(policy):
    return sorted(action for statement in policy["Statement"] for action in statement["Action"])


def sufficient(keyreach, shut):
    """A scan of everything is refused nothing but the keys whose own policy shuts the scanner out."""
    ran, snapshot = keyreach.scan("whole", regions=False)
    assert ran.code == INCOMPLETE, ran.said
    refused = denied(snapshot)
    wanted = {(operation, key) for key in shut for operation in OF_A_KEY}
    wanted |= {("kms:GetKeyPolicy", key + RAM_POLICY) for key in shut}
    assert refused == wanted, sorted(refused ^ wanted)[:20]
    others = Counter((gap["operation"], gap["kind"]) for gap in gaps(snapshot) if gap["kind"] != "denied")
    assert {(operation, "unsupported") for operation in NOT_ANSWERED - FLAGS.keys()} == others.keys(), others
    keys = sum(len(cell["keys"]) for cell in snapshot["cells"])
    print(f"the printed role finds {keys} keys in {len(snapshot['accounts'])} accounts: refused are the {len(shut)} "
          f"that shut the scanner out, in {ran.seconds:.1f} s", flush=True)
    return snapshot


def wrong_external_id(keyreach):
    ran, snapshot = keyreach.scan("wrong", external_id="another-secret")
    assert ran.code == FAILED, ran.said
    assert snapshot is None or not any(cell["keys"] for cell in snapshot["cells"]), "keys were read after all"
    role = arn(MANAGEMENT, f"role/{AUDITOR}")
    assert f"is not authorized to perform: sts:AssumeRole on resource: {role}" in ran.said, ran.said


def minimal(aws, keyreach, policy, accounts):
    """Without one action, a scan is refused exactly that one more."""
    def scan(without):
        for account in accounts:
            permit(aws.root(account, "iam"), account, policy, without)
        otherwise = OTHERWISE.get(without, NOTHING_ELSE)
        flags = ["--accounts", ",".join(accounts)] if otherwise.accounts_named else []
        # Where Regions are named, nobody asks for them.
        return keyreach.scan(f"without {without}", *flags, *FLAGS.get(without, []),
                             regions=without != "account:ListRegions")

    _, whole = scan(None)
    began = time.monotonic()
    for action in actions(policy):
        ran, snapshot = scan(action)
        otherwise = OTHERWISE.get(action, NOTHING_ELSE)
        refused, before = denied(snapshot), denied(whole)
        told = f"without {action}: exit {ran.code}, {Counter(of for of, _ in refused ^ before)}, {ran.said}"
        assert ran.code == otherwise.code, told
        assert {of for of, _ in refused - before} == ({action} if otherwise.authorized else set()), told
        assert otherwise.reads_less or before <= refused, told
        assert bool(sum(len(cell["keys"]) for cell in snapshot["cells"])) == otherwise.keys, told
        assert otherwise.accounts is None or len(snapshot["accounts"]) == otherwise.accounts, told
    print(f"{len(actions(policy))} actions, each missing in turn: each is refused, and nothing else is, but "
          f"{', '.join(action for action, of in OTHERWISE.items() if not of.authorized)}, "
          f"in {time.monotonic() - began:.0f} s", flush=True)
