"""The batches for Security Hub against Amazon's own check of parameters, and the limits it does not know of."""

import json
import re

import botocore.session
from botocore.validate import ParamValidator

# Security Hub User Guide, "Guidelines for using the BatchImportFindings API".
PER_BATCH, BATCH_BYTES, FINDING_BYTES = 100, 6_000_000, 240_000
LONGEST = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024, "AwsAccountName": 50}
LABELS = {"critical": "CRITICAL", "high": "HIGH", "medium": "MEDIUM", "low": "LOW", "info": "INFORMATIONAL"}
STATUSES = {"fail": ("FAILED", "ACTIVE"), "unknown": ("WARNING", "ACTIVE"), "accepted": ("FAILED", "ARCHIVED")}

SHAPE = (botocore.session.get_session().get_service_model("securityhub")
         .operation_model("BatchImportFindings").input_shape)


def check(folder, report, findings):
    imported = []
    for file in sorted((folder / "asff").rglob("*.json")):
        account, region, name = file.relative_to(folder / "asff").parts
        assert re.fullmatch(r"batch-\d{4}\.json", name), name
        text = file.read_text(encoding="utf-8")
        batch = json.loads(text)
        assert len(batch) <= PER_BATCH and len(text.encode()) <= BATCH_BYTES, file
        if batch:
            complaints = ParamValidator().validate({"Findings": batch}, SHAPE)
            assert not complaints.has_errors(), complaints.generate_report()
        for entry in batch:
            _check(entry, account, region, findings[entry["Id"]])
        imported += [entry["Id"] for entry in batch]
    assert sorted(imported) == sorted(findings), "a finding missing or twice"
    visited = {(cell["account_id"], cell["region"]) for cell in report["coverage"]["cells"]
               if cell["state"] in ("complete", "partial")}
    written = {file.relative_to(folder / "asff").parts[:2] for file in (folder / "asff").rglob("batch-0001.json")}
    assert visited <= written, visited - written
    _refuses()


def _check(entry, account, region, finding):
    assert entry["AwsAccountId"] == account == finding["account_id"]
    # The simulated organizations are in the partition aws.
    assert entry["Region"] == region == (finding["region"] or "us-east-1")
    assert entry["ProductArn"] == f"arn:aws:securityhub:{region}:{account}:product/{account}/default"
    assert entry["FindingProviderFields"]["Severity"]["Label"] == LABELS[finding["severity"]]
    assert (entry["Compliance"]["Status"], entry["RecordState"]) == STATUSES[finding["status"]]
    assert len(json.dumps(entry).encode()) <= FINDING_BYTES
    for field, longest in LONGEST.items():
        assert len(entry.get(field, "")) <= longest, field
    assert len(entry["Remediation"]["Recommendation"]["Text"]) <= 512
    assert len(entry["Types"]) <= 50 and len(entry["Resources"]) == 1
    _no_blank(entry, SHAPE.members["Findings"].member)


def _no_blank(value, shape):
    """Every text that Security Hub wants filled is: botocore knows the pattern and does not apply it."""
    if shape.type_name == "structure":
        for name, member in value.items():
            _no_blank(member, shape.members[name])
    elif shape.type_name == "list":
        for member in value:
            _no_blank(member, shape.member)
    elif shape.type_name == "map":
        for name, member in value.items():
            _no_blank(name, shape.key)
            _no_blank(member, shape.value)
    elif "pattern" in shape.metadata:
        assert re.fullmatch(shape.metadata["pattern"], value), (shape.name, value)
    if "enum" in shape.metadata:
        assert value in shape.metadata["enum"], value


def _refuses():
    """A validator that refuses nothing proves nothing."""
    assert ParamValidator().validate({"Findings": [{"Id": "x", "OfOurOwn": 1}]}, SHAPE).has_errors()
