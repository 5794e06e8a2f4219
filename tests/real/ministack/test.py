"""Holds Keyreach to an AWS that authorizes every request and that nobody here wrote.

Run by `run` beside this file, with the binary to test, a scratch folder and the policy of the scanner's role.
"""

import json
import sys
import time
from pathlib import Path

import calls
import principals
import role
import world
from aws import MANAGEMENT, Aws, ministack
from keyreach import Keyreach


def main(binary, scratch, policy):
    started = time.monotonic()
    with ministack(scratch) as endpoint:
        aws = Aws(endpoint)
        printed = role.printed(binary)
        assert printed == json.loads(Path(policy).read_text()), f"{policy} is not what `keyreach role` prints"
        accounts, shut = world.build(aws, printed)
        callers = principals.build(aws, accounts["calls"])
        keys = calls.build(aws, accounts["calls"])
        keyreach = Keyreach(binary, scratch, endpoint, aws.user(MANAGEMENT, "scanner"))
        print(f"made the organization in {time.monotonic() - started:.0f} s", flush=True)
        snapshot = role.sufficient(keyreach, shut)
        role.wrong_external_id(keyreach)
        role.minimal(aws, keyreach, printed, [MANAGEMENT, accounts["production"]])
        calls.compare(aws, keyreach, snapshot, accounts["calls"], callers, keys)
    print(f"done in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
