"""Why keyreach and cvc5 may differ: `explains` recognizes an answer that says itself why it stays open."""

import json


def left_open(question, exposure):
    return exposure["level"] == "unknown" and exposure["gap"] is None and "${" in json.dumps(question.documents())


KNOWN = {
    "variable-left-open": {
        "says": "a policy variable stands beside a key that the search leaves open: documented as `unknown`, never as nobody",
        "explains": left_open},
}
