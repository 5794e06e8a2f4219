"""How long the solver needs for the question that the exposure search answers, for a bench to compare.

    target/real/smt/bin/python tests/real/smt/ask.py POLICIES.jsonl

POLICIES.jsonl holds one key policy document a line. Each stands on a symmetric key of account 111122223333 in
eu-west-1 (its id is world.KEY_ID), tagged team=red, without grants, in organization o-a1b2c3d4e5 whose accounts are 000000000001 (it manages the
organization), 111122223333 and 222233334444; nobody is trusted, and there are no resource control policies.

Prints one line of JSON: {"policies": n, "seconds": s, "unknown": u, "levels": ["public", …]}. `seconds` is what translating and
solving took on one core, without starting up and reading the file. Zones are asked from the widest to the narrowest
until one is reached, as a level needs no more. A level that the solver gives up on is "unknown", and counted in `unknown`.
"""

import json
import sys
import time

import world
from translate import Translation


def level(policy):
    translation = Translation(world.Question(policy))
    for zone in world.ZONES:
        answer = translation.ask(zone)
        if answer != "unsat":
            return zone if answer == "sat" else "unknown"
    return "account"


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        policies = [json.loads(line) for line in lines if line.strip()]
    began = time.perf_counter()
    levels = [level(policy) for policy in policies]
    seconds = time.perf_counter() - began
    print(json.dumps({"policies": len(policies), "seconds": seconds, "unknown": levels.count("unknown"), "levels": levels}))


main()
