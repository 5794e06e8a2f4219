"""Scans an organization that moto simulates, and holds the snapshot against what boto3 reads there.

Run by `run` beside this file, with the path of the binary to test and a scratch folder.
"""

import filecmp
import json
import logging
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from moto.server import ThreadedMotoServer
from moto.sts.models import sts_backends

import policies
import truth
import world
from aws import EXTERNAL_ID, REGIONS, ROLE, Aws
from compare import Comparison

MANAGEMENT = "123456789012"  # What moto gives whoever has no account yet.
INCOMPLETE, DONE = 4, 0


def main(keyreach, scratch):
    # moto answers what it does not simulate with an error of its own and a long trace.
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        check(keyreach, scratch, "http://{}:{}".format(*server.get_host_and_port()))
    finally:
        server.stop()


def check(keyreach, scratch, endpoint):
    started = time.monotonic()
    key, caller_arn = caller(Aws(endpoint, "anybody", "anything").here("iam"))
    aws = Aws(endpoint, key["AccessKeyId"], key["SecretAccessKey"])
    rich = world.build(aws, MANAGEMENT)
    print(f"made the organization in {time.monotonic() - started:.0f} s", flush=True)

    def scan(out, *flags):
        began = time.monotonic()
        scope = ["--regions", ",".join(REGIONS), "--role-name", ROLE, "--config", "fast.toml"]
        code, said = run(keyreach, scratch, environment(endpoint, key), "scan", *scope, "--out", out, *flags)
        print(f"scanned it in {time.monotonic() - began:.0f} s:", said.strip(), flush=True)
        return code, json.loads(Path(scratch, out, "snapshot.json").read_text())

    Path(scratch, "fast.toml").write_text("[pace]\nquota_share = 1.0\n")
    code, snapshot = scan("first")
    equal(code, INCOMPLETE, "the exit code of a scan with gaps")
    code, again = scan("second", "--allow-gaps")
    equal(code, DONE, "the exit code with --allow-gaps")
    sessions()
    compare(truth.snapshot(aws, caller_arn, MANAGEMENT), snapshot, rich)
    same_again(snapshot, again)
    analyze_anew(keyreach, scratch)
    secret_nowhere(scratch, key)
    print(f"done in {time.monotonic() - started:.0f} s")


def caller(iam):
    arn = iam.create_user(UserName="scanner")["User"]["Arn"]
    return iam.create_access_key(UserName="scanner")["AccessKey"], arn


def environment(endpoint, key):
    """All there is, so that nobody's own profile or proxy takes part."""
    return {"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": REGIONS[0], "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            "KEYREACH_EXTERNAL_ID": EXTERNAL_ID}


def run(keyreach, scratch, env, *arguments):
    done = subprocess.run([keyreach, *arguments], cwd=scratch, env={**env, "HOME": scratch}, timeout=120,
                          stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stderr


def sessions():
    """Every account was entered with the external id, limited to the calls of the scanner's role."""
    for account in sts_backends:
        for session in sts_backends[account]["aws"].assumed_roles:
            if session.session_name == "keyreach":
                equal(session.external_id, EXTERNAL_ID, "the external id")
                actions = json.loads(session.policy)["Statement"][0]["Action"]
                assert "kms:GetKeyPolicy" in actions and "kms:Decrypt" not in actions, actions


def compare(expected, snapshot, rich):
    counts = Counter(things(expected))
    comparison = Comparison()
    comparison.compare(expected, snapshot)
    for difference in comparison.differences[:40]:
        print("DIFFERS", difference)
    assert not comparison.differences, f"{len(comparison.differences)} differences"
    print("compared", ", ".join(f"{count} {thing}" for thing, count in counts.items()),
          f"in {comparison.leaves.total()} fields; no difference")
    visited = counts["accounts"] - 1  # One is closed.
    equal(dict(comparison.gaps), {
        "account:ListRegions unsupported": visited,
        "kms:DescribeKey denied": len(policies.REFUSED),
        "kms:DescribeKey server_error": len(policies.BROKEN),
        "kms:DescribeCustomKeyStores server_error": len(rich) * len(REGIONS),
    }, "the gaps")
    print("gaps, all expected:", ", ".join(f"{count} {gap}" for gap, count in sorted(comparison.gaps.items())))
    least = {"accounts": 5, "cells": 10, "keys": 200, "grants": 200, "guardrails": 20, "units": 20}
    assert all(counts[thing] >= count for thing, count in least.items()), counts
    keys = [key for cell in expected["cells"] for key in cell["keys"]]
    assert max(len(key["grants"]["items"]) for key in keys) > 100


def things(expected):
    """How many there are of everything that is compared."""
    organization = expected["organization"]["known"]
    keys = [key for cell in expected["cells"] for key in cell["keys"]]
    iam = [account["iam"] for account in expected["accounts"] if account["iam"]]
    return {
        "accounts": len(expected["accounts"]), "cells": len(expected["cells"]),
        "units": len(organization["units"]["items"]), "guardrails": len(organization["guardrails"]["items"]),
        "keys": len(keys), "key policies": len(keys),
        "grants": sum(len(key["grants"]["items"]) for key in keys),
        "tags": sum(len(key["tags"]["known"]) for key in keys),
        "aliases": sum(len(key["aliases"]) for key in keys),
        **{kind: sum(len(account[kind]) for account in iam) for kind in ["users", "roles", "groups", "policies"]},
    }


def same_again(first, second):
    """But for the scan itself and the last use of the scanner's own role, nothing moves."""
    for snapshot in [first, second]:
        del snapshot["scan"]
        for account in snapshot["accounts"]:
            for role in (account["iam"] or {"roles": []})["roles"]:
                del role["last_used"]
    equal(first, second, "a second scan")


def analyze_anew(keyreach, scratch):
    code, _ = run(keyreach, scratch, {}, "analyze", "first/snapshot.json", "--out", "elsewhere", "--quiet")
    equal(code, INCOMPLETE, "the exit code of analyze")
    for name in ["snapshot.json", "report.json", "report.html"]:
        assert filecmp.cmp(Path(scratch, "first", name), Path(scratch, "elsewhere", name), shallow=False), name
    print("analyze wrote the same bytes")


def secret_nowhere(scratch, key):
    for path in Path(scratch).glob("*/*"):
        text = path.read_text()
        assert EXTERNAL_ID not in text and key["SecretAccessKey"] not in text, path


def equal(found, wanted, what):
    assert found == wanted, f"{what}: {str(found)[:2000]} instead of {str(wanted)[:2000]}"


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
