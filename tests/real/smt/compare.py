"""Asks cvc5 and `keyreach analyze` who can use a thousand random keys, and fails where they differ.

    compare.py KEYREACH SCRATCH [COUNT] [SEED] [--self-test]

The level of a key must be the widest zone that cvc5 reaches. Each zone that the report lists must be one that cvc5
reaches; each zone that cvc5 reaches must be listed, or a wider one, since a report leaves out what the same statement
opens to more callers. Each request that cvc5 finds is replayed through `keyreach simulate`, which must allow it.
"""

import argparse
import dataclasses
import json
import multiprocessing
import pathlib
import statistics
import subprocess
import sys
import time
from collections import Counter

import model
import world
from generate import Generator
from known_differences import KNOWN
from snapshot import settings, snapshot
from translate import Translation

PER_SNAPSHOT = 25
MOST_UNKNOWN = 0.02
RULES_TO_BEND = ["missing-key", "arn-colons", "no-deny"]


@dataclasses.dataclass
class Verdict:
    """What cvc5 says of one key: an answer and a request for each zone."""
    answers: dict
    requests: dict
    queries: list
    seconds: float

    @property
    def level(self):
        return next((zone for zone in world.ZONES if self.answers[zone] != "unsat"), "account")

    def gave_up(self):
        return "unknown" in self.answers.values()


def solve(question, bent=None):
    began = time.perf_counter()
    translation, answers, requests = Translation(question, bent), {}, {}
    for zone in world.ZONES:
        answers[zone] = translation.ask(zone)
        if answers[zone] == "sat":
            requests[zone] = model.Model(translation).as_request(question)
    return Verdict(answers, requests, translation.queries, time.perf_counter() - began)


def bent_solve(argument):
    return solve(*argument)


def generated(count, seed):
    generator = Generator(seed)
    for start in range(0, count, PER_SNAPSHOT):
        surroundings = generator.surroundings()
        yield [generator.question(start + at, surroundings) for at in range(min(PER_SNAPSHOT, count - start))]


def analyzed(keyreach, scratch, questions):
    """What the report says of each key, and why it could not say more."""
    (scratch / "snapshot.json").write_text(json.dumps(snapshot(questions)))
    (scratch / "settings.toml").write_text(settings(questions[0]))
    command = [keyreach, "analyze", scratch / "snapshot.json", "--config", scratch / "settings.toml", "--format", "json",
               "--out", scratch / "report", "--quiet", "--allow-gaps"]
    subprocess.run(command, check=True)
    report = json.loads((scratch / "report" / "report.json").read_text())
    gaps = {gap["resource"]: gap["message"] for gap in report["coverage"]["gaps"]}
    keys = {key["key_id"]: key["exposure"] | {"gap": gaps.get(key["arn"])} for key in report["keys"]}
    return [keys[question.key_id] for question in questions]


def differences(exposure, verdict):
    """In words; only what cvc5 is sure of. Who can do no more than retire a grant is listed and has no say in the level."""
    listed, widest = {reach["zone"] for reach in exposure["reaches"] if reach["actions"] != ["kms:RetireGrant"]}, None
    if exposure["level"] != verdict.level and verdict.answers.get(verdict.level) != "unknown":
        yield f"keyreach says {exposure['level']}, cvc5 {verdict.level}"
    for zone in world.ZONES:
        widest = widest or (zone if zone in listed else None)
        if zone in listed and verdict.answers[zone] == "unsat":
            yield f"keyreach lists {zone}, cvc5 reaches nobody there"
        if widest is None and verdict.answers[zone] == "sat":
            yield f"cvc5 reaches {zone}, keyreach lists neither it nor a wider one"


def replayed(keyreach, scratch, questions, verdicts):
    """The requests of cvc5 that the policy engine does not allow in any reading."""
    cases = [model.case(f"{at} {zone}", questions[at], request) for at, verdict in enumerate(verdicts) for zone, request in verdict.requests.items()]
    answers = model.simulate(keyreach, scratch, cases)
    return len(cases), [(case, answers[case["id"]]) for case in cases if answers[case["id"]].get("upper") != "allow"]


def reason(question, exposure):
    """Why a key differs for a known reason."""
    for name, known in KNOWN.items():
        if known["explains"](question, exposure):
            return name
    return None


def compare(questions, exposures, verdicts, explain=reason):
    """The unexplained differences, and how often each known reason explains one."""
    used, unexplained = Counter(), []
    for question, exposure, verdict in zip(questions, exposures, verdicts):
        if found := list(differences(exposure, verdict)):
            name = explain(question, exposure)
            if name:
                used[name] += 1
            else:
                unexplained.append((question, exposure, verdict, found))
    return used, unexplained


def show(question, exposure, verdict, found):
    print(*found, sep="\n")
    print(json.dumps(dataclasses.asdict(question)))
    print(f"keyreach: {exposure['level']}, {exposure['certainty']} {exposure['depends_on']}, gap: {exposure['gap']}")
    for reach in exposure["reaches"]:
        print(f"  {reach['zone']}: {json.dumps(reach['witness'])}")
    print(f"cvc5: {verdict.level}")
    for zone, answer in verdict.answers.items():
        print(f"  {zone}: {answer} {json.dumps(verdict.requests.get(zone))}")


def summary(exposures, verdicts, used, unexplained):
    queries = sorted(seconds for verdict in verdicts for seconds in verdict.queries)
    given_up = sum(verdict.gave_up() for verdict in verdicts)
    levels = Counter(exposure["level"] for exposure in exposures)
    agree = len(verdicts) - given_up - sum(used.values()) - len(unexplained)
    print(f"smt: {len(verdicts)} policies ({', '.join(f'{count} {level}' for level, count in sorted(levels.items()))}; "
          f"{sum(exposure['certainty'] == 'depends' for exposure in exposures)} depend on an open rule), {len(queries)} queries: "
          f"median {statistics.median(queries) * 1000:.1f} ms, p99 {queries[len(queries) * 99 // 100] * 1000:.0f} ms, "
          f"{sum(verdict.seconds for verdict in verdicts) / len(verdicts) * 1000:.0f} ms a policy")
    print(f"smt: {agree} agree, {given_up} that cvc5 gave up on, {sum(used.values())} differ for a known reason, {len(unexplained)} differ without one")
    for name, times in sorted(used.items()):
        print(f"  {times:6} {name}: {KNOWN[name]['says']}")
    return given_up


def self_test(questions, exposures, pool):
    """With a rule bent, the comparison must find differences; more than with none."""
    blind, straight = [], 0
    for rule in (None, *RULES_TO_BEND):
        verdicts = pool.map(bent_solve, [(question, rule) for question in questions], chunksize=5)
        found = len(compare(questions, exposures, verdicts, explain=lambda *_: None)[1])
        print(f"smt: {found} differences with {rule or 'nothing'} bent", flush=True)
        if rule is None:
            straight = found
        elif found <= straight:
            blind.append(rule)
    return blind


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("keyreach")
    parser.add_argument("scratch", type=pathlib.Path)
    parser.add_argument("count", type=int, nargs="?", default=1000)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    print(f"smt: seed {arguments.seed}")
    batches = list(generated(arguments.count, arguments.seed))
    questions = [question for batch in batches for question in batch]
    exposures = [exposure for batch in batches for exposure in analyzed(arguments.keyreach, arguments.scratch, batch)]
    with multiprocessing.Pool(2) as pool:
        if arguments.self_test:
            sys.exit(1 if self_test(questions, exposures, pool) else 0)
        verdicts = pool.map(solve, questions, chunksize=5)
    used, unexplained = compare(questions, exposures, verdicts)
    for difference in unexplained:
        show(*difference)
    replays, refused = replayed(arguments.keyreach, arguments.scratch, questions, verdicts)
    for case, answer in refused:
        print("the policy engine does not allow what cvc5 found:", json.dumps(case), json.dumps(answer), sep="\n")
    given_up = summary(exposures, verdicts, used, unexplained)
    print(f"smt: {replays} requests of cvc5 replayed, {len(refused)} not allowed by the policy engine")
    sys.exit(1 if unexplained or refused or given_up > MOST_UNKNOWN * len(verdicts) else 0)


if __name__ == "__main__":
    main()
