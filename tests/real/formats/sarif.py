"""report.sarif against Microsoft's validator: the schema of SARIF 2.1.0, its own rules, and GitHub's."""

import gzip
import json
import subprocess

# GitHub Docs, "SARIF support for code scanning".
RESULTS, RULES, TAGS, ZIPPED = 25_000, 25_000, 20, 10_000_000
RANKS = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0", "info": "0.0"}
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}


def check(folder, findings, multitool, scratch):
    file = folder / "report.sarif"
    complaints = _complaints(multitool, file, scratch)
    assert not complaints, complaints
    log = json.loads(file.read_text(encoding="utf-8"))
    assert len(gzip.compress(file.read_bytes())) <= ZIPPED
    [run] = log["runs"]
    results, rules = run["results"], run["tool"]["driver"]["rules"]
    fingerprints = [result["partialFingerprints"]["keyreach/v1"] for result in results]
    assert sorted(fingerprints) == sorted(findings), "a finding missing or twice"
    assert len(results) <= RESULTS and len(rules) <= RULES
    for rule in rules:
        assert len(rule["properties"]["tags"]) <= TAGS
    for result in results:
        _check(result, rules, findings[result["partialFingerprints"]["keyreach/v1"]])
    if results:
        _refuses(multitool, log, scratch)


def _check(result, rules, finding):
    found = finding["status"] != "unknown"
    rule = rules[result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == f"{finding['check']}/{finding['severity'] if found else 'unknown'}"
    # GitHub ranks an alert by this alone.
    assert rule["properties"].get("security-severity") == (RANKS[finding["severity"]] if found else None)
    assert result["level"] == (LEVELS[finding["severity"]] if found else "none")
    assert result["kind"] == ("fail" if found else "open")
    assert ("suppressions" in result) == (finding["status"] == "accepted")
    location = result["locations"][0]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith(f"aws/{finding['account_id']}/") and ".." not in uri and uri.isascii(), uri
    assert location["logicalLocations"][0]["fullyQualifiedName"] == (finding["key_arn"] or f"AWS::::Account:{finding['account_id']}")


def _complaints(multitool, file, scratch):
    """Errors and warnings; notes are advice."""
    answer = scratch / "answer.sarif"
    ran = subprocess.run(
        [multitool, "validate", file, "--rule-kind", "Sarif;Ghas", "--output", answer, "--log", "ForceOverwrite"],
        capture_output=True, text=True, timeout=300)
    assert answer.exists(), ran.stdout + ran.stderr
    log = json.loads(answer.read_text(encoding="utf-8-sig"))
    answer.unlink()
    return [
        (result["ruleId"], result.get("level", "warning"), result["message"])
        for run in log["runs"] for result in run.get("results", [])
        if result.get("level", "warning") != "note"
    ]


def _refuses(multitool, log, scratch):
    """A validator that refuses nothing proves nothing."""
    log["runs"][0]["results"] = log["runs"][0]["results"][:1]
    del log["runs"][0]["results"][0]["locations"]
    file = scratch / "spoiled.sarif"
    file.write_text(json.dumps(log), encoding="utf-8")
    assert any(rule == "GH1015" for rule, _, _ in _complaints(multitool, file, scratch)), "GitHub's rules do not apply"
