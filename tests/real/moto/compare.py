"""Compares a snapshot with the truth, leaf by leaf, and counts the leaves."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

# boto3 keeps microseconds, and both sides got the time as a floating-point number.
TIME_TOLERANCE = timedelta(microseconds=2)


@dataclass
class Document:
    """A policy that boto3 parsed: the text must mean the same."""
    value: object


@dataclass
class SomeTime:
    """A time that nobody can know beforehand."""


@dataclass
class Gap:
    """What could not be read, and what sort of no it was."""
    operation: str
    resource: str
    kind: str
    code: str | None


class Comparison:
    def __init__(self):
        self.differences = []
        self.leaves = Counter()
        self.gaps = Counter()

    def compare(self, expected, actual, path=""):
        if isinstance(expected, dict) and isinstance(actual, dict):
            for name in sorted(expected.keys() | actual.keys()):
                if name in expected and name in actual:
                    self.compare(expected[name], actual[name], f"{path}/{name}")
                else:
                    self.differ(f"{path}/{name}", expected.get(name, "(nothing)"), actual.get(name, "(nothing)"))
        elif isinstance(expected, list) and isinstance(actual, list):
            if len(expected) != len(actual):
                self.differ(f"{path} (length)", len(expected), len(actual))
            for at, (one, other) in enumerate(zip(expected, actual)):
                self.compare(one, other, f"{path}/{at}")
        else:
            self.leaf(expected, actual, path)

    def leaf(self, expected, actual, path):
        self.leaves[next((part for part in reversed(path.split("/")) if not part.isdigit()), "")] += 1
        if not self.equal(expected, actual):
            self.differ(path, expected, actual)

    def equal(self, expected, actual):
        match expected:
            case Document(value):
                return json.loads(actual) == value
            case SomeTime():
                return time(actual) is not None
            case datetime():
                return abs(expected - time(actual)) <= TIME_TOLERANCE
            case Gap():
                self.gaps[f"{expected.operation} {expected.kind}"] += 1
                return actual == {**vars(expected), "message": actual["message"] or "something"}
            case type():
                return isinstance(actual, expected)
            case _:
                return type(expected) is type(actual) and expected == actual

    def differ(self, path, expected, actual):
        self.differences.append(f"{path}: boto3 says {expected!r:.300}, the snapshot says {actual!r:.300}")


def time(text):
    return datetime.fromisoformat(text)
