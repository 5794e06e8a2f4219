"""The feeds in plain text: NDJSON, CSV, Prometheus's text format, Markdown."""

import csv
import json
import unicodedata

from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

# Excel's own limits.
ROWS, CELL = 1_048_576, 32_767


def ndjson(folder, report, schema):
    cells = report["coverage"]["cells"]
    for name, shape, expected in (
        ("keys", "Key", report["keys"]),
        ("findings", "Finding", report["findings"]),
        ("coverage", "Cell", cells),
    ):
        text = _text(folder / f"{name}.ndjson")
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
        if name == "coverage" and report["coverage"]["gaps"]:
            elsewhere = lines.pop()
            assert elsewhere["gaps"] == report["coverage"]["gaps"] and elsewhere["account_id"] is None
        assert lines == expected, f"{name}.ndjson is not what report.json says"
        validator = Draft202012Validator({"$ref": f"#/$defs/{shape}", "$defs": schema["$defs"]})
        for line in lines:
            validator.validate(line)
        assert not validator.is_valid({}), "the schema refuses nothing"


def csv_files(folder, report):
    for name, column, of_report in (("keys", "arn", "arn"), ("findings", "id", "id")):
        # As it was written: the names of Python's csv module for line ends would hide a wrong one.
        with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
            text = file.read()
        assert text.count("\r\n") == text.count("\n") == text.count("\r"), "lines end with CRLF, and no cell holds one"
        rows = list(csv.DictReader(text.splitlines(), strict=True))
        expected = [thing[of_report] for thing in report[name]]
        assert [row[column] for row in rows] == expected, f"{name}.csv: a row missing or twice"
        assert len(rows) < ROWS
        for row in rows:
            assert None not in row and None not in row.values(), "a row of another length"
            for cell in row.values():
                assert not cell.startswith(tuple("=+-@\t\r＝＋－＠")), cell
                assert len(cell.encode("utf-16-le")) // 2 <= CELL, "Excel counts in UTF-16"
        _acts_not(text.replace("\r\n", ""))
    _coverage_csv(folder, report)


def _coverage_csv(folder, report):
    with open(folder / "coverage.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    coverage = report["coverage"]
    told = sorted((row["account_id"], row["region"], row["state"]) for row in rows if row["region"])
    assert told == sorted((cell["account_id"], cell["region"], cell["state"]) for cell in coverage["cells"])
    states = [row["state"] for row in rows if row["account_id"] and not row["region"]]
    for state in ("complete", "partial", "failed", "skipped"):
        assert states.count(state) == coverage["accounts"][state], state
    for row in rows:
        assert row["gaps"] or row["state"] != "partial" or not row["region"], row


def metrics(folder, report):
    text = _text(folder / "metrics.prom")
    _acts_not(text.replace("\n", ""))
    families = {family.name: family for family in prometheus(text)}
    strict = {family.name for family in openmetrics(text + "# EOF\n")}
    assert strict == set(families), strict ^ set(families)
    for family in families.values():
        assert family.type == "gauge" and family.documentation and family.samples, family

    def total(name, **labels):
        samples = families[name].samples
        return sum(s.value for s in samples if labels.items() <= s.labels.items())

    for level, count in report["summary"]["by_exposure"].items():
        assert total("keyreach_keys_by_exposure", exposure=level) == count, level
    for verdict, count in report["summary"]["by_lockout"].items():
        assert total("keyreach_keys_by_lockout", lockout=verdict) == count, verdict
    for severity, count in report["summary"]["by_severity"].items():
        assert total("keyreach_findings", severity=severity, status="fail") == count, severity
    coverage = report["coverage"]["accounts"]
    assert total("keyreach_account_complete") == coverage["complete"]
    assert len(families["keyreach_account_complete"].samples) == coverage["total"] - coverage["skipped"]
    assert total("keyreach_findings") == len(report["findings"])
    assert total("keyreach_cells") == len(report["coverage"]["cells"])
    assert len({(s.name, *sorted(s.labels.items())) for f in families.values() for s in f.samples}) == sum(
        len(family.samples) for family in families.values()), "a series twice"


def markdown(folder, report):
    text = _text(folder / "report.md")
    _acts_not(text.replace("\n", ""))
    assert len(text) < 65_536, "GitHub takes no longer issue"
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = list(parser.parse(text))
    inline = [child for token in tokens for child in token.children or []]
    kinds = {token.type for token in tokens + inline}
    known = {"text", "softbreak", "code_inline", "strong_open", "strong_close", "inline"}
    blocks = {f"{block}_{end}" for end in ("open", "close") for block in (
        "heading", "paragraph", "table", "thead", "tbody", "tr", "th", "td", "bullet_list", "list_item")}
    assert kinds <= known | blocks, kinds - known - blocks
    ours = "".join(token.content for token in inline if token.type == "text")
    assert "@" not in ours and "http" not in ours and "<" not in ours, ours
    for severity, count in report["summary"]["by_severity"].items():
        rows = [line.split(" | ") for line in text.splitlines() if line.startswith(f"| {severity} |")]
        assert sum(int(row[2].replace(",", "")) for row in rows) == count, severity


def _text(file):
    """As it stands: universal newlines would hide a carriage return."""
    return file.read_bytes().decode("utf-8")


def _acts_not(text):
    """No character in the file moves a cursor, turns the reading direction or stays unseen."""
    acting = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")}
    assert not acting, acting
