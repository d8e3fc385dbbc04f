#!/usr/bin/env python3
"""Looks at the program on a terminal: the progress line, the width of help, and what a pipe must not see of either.

    terminal.py --spool PATH
"""

import argparse
import os
import pty
import struct
import subprocess
import sys
import tempfile
from fcntl import ioctl
from termios import TIOCSWINSZ

SECONDS_MAX = 60


def on_terminal(command, columns, **streams):
    """What a command writes to a terminal of this width: stderr, and stdout unless it goes elsewhere."""
    master, slave = pty.openpty()
    ioctl(slave, TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(command, stderr=slave, **{"stdout": slave, "stdin": subprocess.DEVNULL, **streams})
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the last one has closed the other side
            break
        if not part:
            break
        shown += part
    os.close(master)
    code = process.wait(SECONDS_MAX)
    return code, shown.decode()


def check(what, is_true, shown):
    if not is_true:
        sys.exit(f"{what}; shown was:\n{shown!r}")
    print(f"ok {what}")


def progress(spool, directory):
    """Lines come slowly, so that there is time for a progress line."""
    slow = subprocess.Popen(["sh", "-c", "for i in 1 2 3 4 5 6; do seq 1000; sleep 0.5; done"], stdout=subprocess.PIPE)
    code, shown = on_terminal([spool, "produce", "--dir", f"{directory}/data", "t"], 100, stdin=slow.stdout)
    slow.wait()
    lines = shown.replace("\x1b[K", "").split("\r")
    check("produce ends well", code == 0, shown)
    check("a progress line counts records, bytes and rate", any("records" in l and "kB" in l and "/s" in l for l in lines), shown)
    check("the line is renewed in place", shown.count("\r") >= 2 and shown.count("records  ") >= 2, shown)

    slow = subprocess.Popen(["sh", "-c", "seq 1000; sleep 1; seq 1000"], stdout=subprocess.PIPE)
    done = subprocess.run([spool, "produce", "--dir", f"{directory}/data", "t"], stdin=slow.stdout, capture_output=True, check=False)
    slow.wait()
    check("in a pipe there is no word of it", done.stderr == b"" and done.stdout == b"", done.stderr)


def help_width(spool):
    for columns in (60, 132):
        code, shown = on_terminal([spool, "consume", "--help"], columns)
        text = shown.split("Examples:")[0].splitlines()
        check(f"help fits a terminal of {columns} columns", code == 0 and max(map(len, text)) <= columns, max(text, key=len))
        check(f"and fills it", max(map(len, text)) > columns - 12, max(text, key=len))
    piped = subprocess.run([spool, "consume", "--help"], capture_output=True, check=True, text=True).stdout
    check("without a terminal help has 80 columns", max(map(len, piped.split("Examples:")[0].splitlines())) <= 80, piped)


def table_width(spool, directory):
    """Cells go on in the next line; in a pipe they never do."""
    at = ["--dir", f"{directory}/data"]
    command = [spool, "topic", "describe", *at, "t"]
    code, shown = on_terminal(command, 70, env={**os.environ, "TERM": "dumb", "COLUMNS": ""})
    check("a table fits a terminal of 70 columns", code == 0 and max(map(len, shown.splitlines())) <= 70, shown)
    check("its heading goes on in the next line", "WATERMARK" in shown.splitlines()[1], shown)
    code, shown = on_terminal(command, 70, env={**os.environ, "TERM": "dumb", "COLUMNS": "200"})
    check("COLUMNS is the width", code == 0 and "HIGH WATERMARK" in shown, shown)
    piped = subprocess.run(command, capture_output=True, check=True, text=True, env={**os.environ, "COLUMNS": "50"}).stdout
    check("in a pipe a row is a line", len(piped.splitlines()) == 2, piped)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--spool", required=True)
    spool = os.path.abspath(arguments.parse_args().spool)
    with tempfile.TemporaryDirectory(prefix="spool-terminal.") as directory:
        progress(spool, directory)
        help_width(spool)
        table_width(spool, directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
