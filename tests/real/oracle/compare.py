"""Lets the policy engine and the oracle answer cases generated from a seed, and fails on any difference that
known_differences.py does not explain.
"""
import argparse, collections, copy, json, os, pathlib, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from generate import Generator  # noqa: E402
from known_differences import KNOWN  # noqa: E402


def parsed(lines):
    return {answer["id"]: answer for answer in map(json.loads, lines.splitlines())}


def our_answers(cases):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as batch:
        batch.writelines(json.dumps(case) + "\n" for case in cases)
        batch.flush()
        command = [os.environ["KEYREACH"], "simulate", "--batch", batch.name]
        return parsed(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def oracle_answers(cases):
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    command = ["node", str(HERE / "oracle.mjs")]
    return parsed(subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=25_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=5, help="how many unexplained differences to print whole")
    parser.add_argument("--save", help="write all unexplained differences to this file")
    arguments = parser.parse_args()
    generator = Generator(arguments.seed)
    cases = [generator.case(f"{arguments.seed}-{index}") for index in range(arguments.count)]
    ours = our_answers(cases)
    sys.exit(report(cases, ours, oracle_answers, arguments))


def agree(mine, other):
    """The same answer, or one between the bounds that rules which AWS leaves open give."""
    rank = ["explicit_deny", "implicit_deny", "allow"].index
    return "decision" in mine and rank(mine["lower"]) <= rank(other) <= rank(mine["upper"])


def rewritten(case, only=None):
    """The case in words the oracle understands, and the known differences that took; `only` one of them where named."""
    case = copy.deepcopy(case)
    return case, [known["id"] for known in KNOWN if "rewrite" in known and only in (None, known["id"]) and known["rewrite"](case)]


def recognized(case, mine, other):
    return [known["id"] for known in KNOWN if "explains" in known and known["explains"](case, mine, other)]


def ask_again(doubtful, ours, ask):
    """For each case the known differences that show why it differs: one alone if that suffices, else all together."""
    variants = {}
    for case in doubtful:
        together, names = rewritten(case)
        alone = [rewritten(case, name) for name in names] if len(names) > 1 else []
        for variant, took in [*alone, (together, names)]:
            variant["id"] = f"{case['id']}/{len(variants)}"
            variants[variant["id"]] = (case["id"], variant, took)
    shown = collections.defaultdict(list)
    second = ask([variant for _, variant, _ in variants.values()])
    for name, (of, variant, took) in variants.items():
        also = recognized(variant, ours[of], second[name]["decision"])
        if took and not shown[of] and (also or agree(ours[of], second[name]["decision"])):
            shown[of] = took + also
    return shown


def report(cases, ours, ask, arguments):
    theirs = {name: answer["decision"] for name, answer in ask(cases).items()}
    open_rules, used, doubtful = collections.Counter(), collections.Counter(), []
    count = collections.Counter()
    for case in cases:
        mine, other = ours[case["id"]], theirs[case["id"]]
        count[mine.get("decision", "malformed")] += 1
        if mine.get("decision") == other:
            count["agree"] += 1
        elif names := recognized(case, mine, other):
            count["known"] += 1
            used.update(names)
        elif agree(mine, other):
            count["open"] += 1
            open_rules.update(mine["depends_on"])
        else:
            doubtful.append(case)
    shown = ask_again(doubtful, ours, ask)
    for names in filter(None, shown.values()):
        count["known"] += 1
        used.update(names)
    unexplained = [(case, ours[case["id"]], theirs[case["id"]]) for case in doubtful if not shown[case["id"]]]
    show(count, open_rules, used, unexplained, arguments)
    return 1 if unexplained else 0


def show(count, open_rules, used, unexplained, arguments):
    decisions = ", ".join(f"{count[name]} {name}" for name in ("allow", "implicit_deny", "explicit_deny", "malformed"))
    print(f"oracle: {arguments.count} cases of seed {arguments.seed}: {decisions}")
    print(f"oracle: {count['agree']} agree, {count['open']} lie within the bounds of a rule AWS leaves open, "
          f"{count['known']} differ for a known reason, {len(unexplained)} differ without one")
    for rule, times in sorted(open_rules.items()):
        print(f"  {times:6} {rule}: left open by AWS")
    for known in KNOWN:
        print(f"  {used[known['id']]:6} {known['id']}: {known['says']} ({known['document']})")
    for case, mine, other in unexplained[: arguments.show]:
        print(json.dumps(case), json.dumps(mine), f"oracle: {other}", sep="\n")
    if arguments.save:
        pathlib.Path(arguments.save).write_text(json.dumps(unexplained))


if __name__ == "__main__":
    main()
