#!/usr/bin/env python3
"""suite_results.py [-v] SUITE KNOWN: reads what a suite prints, names what failed, prints one closing line.

KNOWN is tests/interop/known.tsv: a case that is listed must fail, one that passes is to be taken out."""

import collections
import re
import sys

from cases import known_of

# How Go, pytest and librdkafka's runner say that a case has ended.
ENDINGS = [
    re.compile(r"\s*--- (?P<how>PASS|FAIL): (?P<name>\S+) "),
    re.compile(r"(?P<how>PASSED|FAILED|ERROR) (?P<name>\S+::\S+)"),
    re.compile(r"\|\S* (?P<name>\d{4}_\w+) +\| +(?P<how>PASSED|FAILED) \|"),
]


def ending_of(line):
    for ending in ENDINGS:
        if found := ending.match(line):
            return found["name"], found["how"].startswith("PASS")
    return None


def main():
    arguments = sys.argv[1:]
    is_verbose = arguments[0] == "-v"
    suite, known_file = arguments[-2:]
    known = known_of(known_file, suite)
    ended = {}
    for line in sys.stdin:
        if is_verbose:
            sys.stderr.write(line)
        if ending := ending_of(re.sub("\x1b\\[[0-9;]*m", "", line)):
            ended[ending[0]] = ending[1]
    # A case fails with a case inside of it: only the innermost is the finding.
    failed = {name for name, passed in ended.items() if not passed}
    outer = {name for name in failed if any(other.startswith(name + "/") for other in failed)}
    counts = collections.Counter()
    for name, passed in ended.items():
        if name in outer:
            continue
        outcome = "known" if not passed and name in known else "ok" if passed and name not in known else "failed"
        counts[outcome] += 1
        if outcome == "failed":
            print(f"{suite}: {name}: {'listed as known, but it passes: take it out' if passed else 'failed'}")
    print(f"{suite}: {sum(counts.values())} cases, {counts['ok']} ok, {counts['failed']} failed, {counts['known']} known")
    return 1 if counts["failed"] or not counts["ok"] else 0


if __name__ == "__main__":
    sys.exit(main())
