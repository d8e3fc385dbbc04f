#!/usr/bin/env python3
"""Runs command sessions against the real program and compares what it prints.

    run.py --spool PATH FILE.session...      run; a difference is shown and fails
    run.py --spool PATH --accept FILE...     write what came out into the files, to be read before committing

A session is a text file. Lines that start in the first column are prose. The rest, indented by two spaces, is a
conversation; each file gets a scratch directory of its own, where all its commands run one after the other; what they export and where they cd to stays:

      $ spool topic list           a command, run by bash
      > --output json              its continuation
      ORDERS  3                    a line it must print on stdout
      ! spool: no such topic       a line it must print on stderr
      ID .* (re)                   a line given as a regular expression; works for stderr too
      [2]                          its exit code, when that is not 0

A file that has a line "needs: broker" gets one: `spool broker` on a free port and a fresh directory, its address in
$SPOOL_BROKER, stopped by SIGTERM at the end, which must exit with 0. Nothing else of the caller's environment but PATH,
HOME (the scratch directory) and the sanitizers' options is passed on.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND_SECONDS_MAX = 60
START_SECONDS_MAX = 60


class Step:
    """One command and what is expected of it; `head` are the file's own lines, kept for --accept."""

    def __init__(self, line):
        self.lines = [line]
        self.command = line[4:]
        self.expected_out = []
        self.expected_err = []
        self.code = 0


def parse(text):
    """The file as a list of prose lines (str) and Steps."""
    parts = []
    step = None
    for line in text.splitlines():
        if line.startswith("  $ "):
            step = Step(line)
            parts.append(step)
        elif step and line.startswith("  > ") and len(step.lines) == step.command.count("\n") + 1:
            step.command += "\n" + line[4:]
            step.lines.append(line)
        elif step and line.startswith("  "):
            body = line[2:]
            if re.fullmatch(r"\[\d+\]", body):
                step.code = int(body[1:-1])
            elif body.startswith("! ") or body == "!":
                step.expected_err.append(body[2:])
            else:
                step.expected_out.append(body)
        else:
            step = None
            parts.append(line)
    return parts


def same(expected, got):
    if len(expected) != len(got):
        return False
    return all(e == g or (e.endswith(" (re)") and re.fullmatch(e[:-5], g)) for e, g in zip(expected, got))


def lines_of(data):
    text = data.decode("utf-8", "backslashreplace")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    else:
        lines[-1] += " (no newline)"
    return lines


def show(out, err, code):
    shown = ["  " + line for line in out] + [("  ! " + line).rstrip() for line in err]
    return shown + ([f"  [{code}]"] if code else [])


class Broker:
    def __init__(self, spool, scratch, environment):
        self.log = open(scratch / "broker.log", "wb")
        self.process = subprocess.Popen(
            [spool, "broker", "--dir", "broker-data", "--override",
             "listeners=PLAINTEXT://127.0.0.1:0"], cwd=scratch, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        self.address = None
        deadline = time.monotonic() + START_SECONDS_MAX
        while self.address is None and time.monotonic() < deadline:
            line = self.process.stdout.readline().decode()
            if not line:
                break
            if line.startswith("BROKERS="):
                self.address = line.strip().removeprefix("BROKERS=")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(COMMAND_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = "does not stop"
        self.process.stdout.close()
        self.log.close()
        return code


# Each command has a bash of its own, so that exit codes and descriptors are its own; exports and the directory go on.
WRAP = """
[ -e ../state ] && . ../state && cd "$(cat ../cwd)"
eval "$SESSION_COMMAND"
session_code=$?
unset SESSION_COMMAND
export -p > "$HOME/state"
pwd > "$HOME/cwd"
exit $session_code
"""


def run_command(command, work, environment):
    """(stdout lines, stderr lines, exit code) of one command."""
    try:
        done = subprocess.run(["bash", "-c", WRAP], cwd=work, env={**environment, "SESSION_COMMAND": command},
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS_MAX, check=False)
        return lines_of(done.stdout), lines_of(done.stderr), done.returncode
    except subprocess.TimeoutExpired as late:
        return lines_of(late.stdout or b""), lines_of(late.stderr or b"") + ["(timed out)"], 124


def run_steps(parts, scratch, environment):
    """Runs every step; returns the number of differences and the file as it came out."""
    differences = []
    rewritten = []
    for part in parts:
        if isinstance(part, str):
            rewritten.append(part)
            continue
        out, err, code = run_command(part.command, scratch, environment)
        rewritten += part.lines
        if same(part.expected_out, out) and same(part.expected_err, err) and code == part.code:
            rewritten += show(part.expected_out, part.expected_err, part.code)
        else:
            rewritten += show(out, err, code)
            differences.append("\n".join(
                part.lines + ["expected:"] + show(part.expected_out, part.expected_err, part.code)
                + ["came:"] + show(out, err, code)))
    return differences, rewritten


def scratch_environment(scratch, spool):
    (scratch / "bin").mkdir()
    os.symlink(spool, scratch / "bin" / "spool")
    environment = {"PATH": f"{scratch}/bin:" + os.environ.get("PATH", ""), "HOME": str(scratch), "LC_ALL": "C.UTF-8",
                   "TESTS": str(Path(__file__).resolve().parent.parent)}
    for variable in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
        if variable in os.environ:
            environment[variable] = os.environ[variable]
    return environment


def run_file(path, spool, accept):
    text = path.read_text(encoding="utf-8")
    parts = parse(text)
    with tempfile.TemporaryDirectory(prefix="spool-cli.") as name:
        scratch = Path(name)
        environment = scratch_environment(scratch, spool)
        work = scratch / "work"
        work.mkdir()
        broker = None
        if "needs: broker" in text.splitlines():
            broker = Broker(spool, scratch, environment)
            if broker.address:
                environment["SPOOL_BROKER"] = broker.address
        try:
            if broker and not broker.address:
                differences, rewritten = ["the broker did not print BROKERS="], text.splitlines()
            else:
                differences, rewritten = run_steps(parts, work, environment)
        finally:
            stopped = broker.stop() if broker else 0
        if stopped != 0:
            differences.append(f"the broker ended with {stopped}")
        if differences and broker:
            differences.append("broker's stderr:\n" + (scratch / "broker.log").read_text(errors="backslashreplace")[-4000:])
    if accept and rewritten != text.splitlines():
        path.write_text("\n".join(rewritten) + "\n", encoding="utf-8")
    return differences


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--spool", required=True)
    arguments.add_argument("--accept", action="store_true")
    arguments.add_argument("files", nargs="+", type=Path)
    given = arguments.parse_args()
    spool = os.path.abspath(shutil.which(given.spool) or given.spool)
    failed = 0
    for path in given.files:
        differences = run_file(path, spool, given.accept)
        print(f"{'FAILED' if differences else 'ok'} {path.name}")
        for difference in differences:
            print(difference + "\n")
        failed += bool(differences)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
