"""findings.ocsf.ndjson against the schema that OCSF publishes."""

import copy
import json

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSION, CLASS, PROFILES = "1.6.0", 2003, ["cloud", "datetime"]
SEVERITIES = {"critical": 5, "high": 4, "medium": 3, "low": 2, "info": 1}
# Status of the finding, outcome of the check.
STATUSES = {"fail": (1, 3), "unknown": (1, 2), "accepted": (3, 3)}


def _validator():
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION))
    name = schema.lookup_class_name_from_uid(class_uid=CLASS)
    return Draft202012Validator(schema.get_class_schema(class_name=name, profiles=PROFILES))


VALIDATOR = _validator()


def check(folder, report, findings):
    text = (folder / "findings.ocsf.ndjson").read_text(encoding="utf-8")
    events = [json.loads(line) for line in text.split("\n")[:-1]]
    assert sorted(event["finding_info"]["uid"] for event in events) == sorted(findings), "a finding missing or twice"
    assert len({event["metadata"]["uid"] for event in events}) == len(events), "two events of one name"
    for event in events:
        errors = [f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(event)]
        assert not errors, errors
        finding = findings[event["finding_info"]["uid"]]
        assert event["severity_id"] == SEVERITIES[finding["severity"]]
        assert (event["status_id"], event["compliance"]["status_id"]) == STATUSES[finding["status"]]
        # Seconds would pass every schema, and be a day in 1970.
        assert event["time"] > 1_700_000_000_000, event["time"]
        assert event["resources"][0]["uid"] == (finding["key_arn"] or f"AWS::::Account:{finding['account_id']}")
        assert event["evidences"][0]["data"] == finding["evidence"] if finding["evidence"] else True
    if events:
        _refuses(events[0])


def _refuses(event):
    """A validator that refuses nothing proves nothing."""
    for spoil in (
        lambda event: event.pop("cloud"),
        lambda event: event.update(severity_id=17),
        lambda event: event.update(of_our_own=1),
        lambda event: event["metadata"].pop("product"),
    ):
        spoiled = copy.deepcopy(event)
        spoil(spoiled)
        assert not VALIDATOR.is_valid(spoiled), "the schema of OCSF refuses nothing"
