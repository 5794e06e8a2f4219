"""report.sarif against Microsoft's validator: the schema of SARIF 2.1.0, its own rules, and GitHub's."""

import json
import subprocess

# GitHub Docs, "SARIF support for code scanning".
RUNS, RESULTS, RULES, TAGS = 20, 25_000, 25_000, 20
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}


def check(folder, findings, multitool, scratch):
    file = folder / "report.sarif"
    complaints = _complaints(multitool, file, scratch)
    assert not complaints, complaints
    log = json.loads(file.read_text(encoding="utf-8"))
    assert 0 < len(log["runs"]) <= RUNS
    results = [result for run in log["runs"] for result in run["results"]]
    fingerprints = [result["partialFingerprints"]["keyreach/v1"] for result in results]
    assert sorted(fingerprints) == sorted(findings), "a finding missing or twice"
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        assert len(run["results"]) <= RESULTS and len(rules) <= RULES
        for rule in rules:
            assert len(rule["properties"]["tags"]) <= TAGS
            assert 0 <= float(rule["properties"]["security-severity"]) <= 10
        for result in run["results"]:
            _check(result, rules, findings[result["partialFingerprints"]["keyreach/v1"]])
    if results:
        _refuses(multitool, log, scratch)


def _check(result, rules, finding):
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding["check"]
    found = finding["status"] != "unknown"
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
