"""How the test runs Keyreach."""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from aws import MANAGEMENT, REGIONS
from policies import AUDITOR, arn
from world import EXTERNAL_ID

DONE, FAILED, INCOMPLETE = 0, 1, 4


@dataclass
class Ran:
    code: int
    out: str
    said: str
    seconds: float


@dataclass
class Keyreach:
    binary: str
    scratch: str
    endpoint: str
    credentials: dict

    def run(self, *arguments, external_id=EXTERNAL_ID):
        env = {"HOME": self.scratch, "AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": REGIONS[0],
               "AWS_EC2_METADATA_DISABLED": "true", "KEYREACH_EXTERNAL_ID": external_id,
               **{name.upper(): value for name, value in self.credentials.items()}}
        began = time.monotonic()
        done = subprocess.run([self.binary, *arguments], cwd=self.scratch, env=env, timeout=300,
                              capture_output=True, text=True)
        return Ran(done.returncode, done.stdout, done.stderr, time.monotonic() - began)

    def scan(self, out, *flags, regions=True, **more):
        """A scan through the role in every account, and what it wrote, if it wrote anything."""
        Path(self.scratch, "fast.toml").write_text("[pace]\nquota_share = 1.0\n")
        where = ["--regions", ",".join(REGIONS)] if regions else []
        ran = self.run("scan", "--role-name", AUDITOR, "--organization-role", arn(MANAGEMENT, f"role/{AUDITOR}"),
                       "--config", "fast.toml", "--format", "json", "--out", out, *where, *flags, **more)
        written = Path(self.scratch, out, "snapshot.json")
        return ran, json.loads(written.read_text()) if written.exists() else None


def gaps(thing):
    """Every gap of a snapshot, wherever it stands."""
    if isinstance(thing, dict):
        if {"operation", "resource", "kind"} <= thing.keys():
            yield thing
        thing = list(thing.values())
    if isinstance(thing, list):
        for inner in thing:
            yield from gaps(inner)


def denied(snapshot):
    """What the scanner was refused: the operation and what it was asked about."""
    return {(gap["operation"], gap["resource"]) for gap in gaps(snapshot) if gap["kind"] == "denied"}
