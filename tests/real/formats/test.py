"""Gives every feed to readers that nobody here wrote: of the demo, and of an organization full of hostile text.

Run by `run` beside this file, with the paths of the binary to test, of the simulated AWS and of Sarif.Multitool, and
with a scratch folder.
"""

import json
import subprocess
import sys
from pathlib import Path

import hub
import ocsf
import plain
import sarif
import world

FORMATS = "html,json,ndjson,csv,ocsf,sarif,metrics,asff,markdown"


def main(keyreach, mocks, multitool, scratch):
    schema = json.loads(subprocess.check_output([keyreach, "schema", "report"]))
    reports = {
        "demo": world.demo(keyreach, FORMATS, scratch / "demo"),
        "hostile": world.scan(keyreach, mocks, "hostile", FORMATS, scratch / "hostile"),
        "smallest": world.scan(keyreach, mocks, "smallest", FORMATS, scratch / "smallest"),
    }
    for name, folder in reports.items():
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        findings = {finding["id"]: finding for finding in report["findings"]}
        assert len(findings) == len(report["findings"]), "two findings share an id"
        plain.ndjson(folder, report, schema)
        plain.csv_files(folder, report)
        plain.metrics(folder, report)
        plain.markdown(folder, report)
        ocsf.check(folder, report, findings)
        sarif.check(folder, findings, multitool, scratch)
        hub.check(folder, report, findings)
        print(f"{name}: {len(report['keys'])} keys, {len(findings)} findings, in every feed as its readers want it")
    stale(keyreach, reports["demo"], scratch)


def stale(keyreach, folder, scratch):
    """What an earlier run left must not be imported again; what is not ours stays."""
    out = scratch / "again"
    left = out / "asff/111122223333/us-east-1"
    left.mkdir(parents=True)
    for name in ("batch-0099.json", "notes.txt"):
        (left / name).write_text("[]")
    world.analyze(keyreach, folder / "snapshot.json", FORMATS, out)
    assert not (left / "batch-0099.json").exists(), "a batch of an earlier run is still there"
    assert (left / "notes.txt").exists(), "a file that is not ours is gone"
    for path in sorted(folder.rglob("*")):
        other = out / path.relative_to(folder)
        assert path.is_dir() or path.read_bytes() == other.read_bytes(), f"{other}: other bytes of the same report"
    print("the same snapshot gives the same bytes, and no batch of an earlier run is left")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
