#!/usr/bin/env python3
"""Compares the man pages with the program, and runs their examples.

    check_man.py --spool PATH options    every command has a page, and the page's options are the command's rows
    check_man.py --spool PATH examples   every "$ command" in EXAMPLES prints what the page says
    check_man.py --spool PATH lint       mandoc has nothing to complain about

The page of "topic create" is spool-topic.1; where it has a section ".Ss create", that section lists the options.
Options shared by many commands are listed in spool.1 and only mentioned (".Fl Fl broker") in the others.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import run

MAN = Path(__file__).resolve().parent.parent.parent / "man"


def page_of(command):
    name = "spool.1" if command["path"] == "help" else f"spool-{command['path'].split()[0]}.1"
    return MAN / name


def section_of(text, command):
    """The part of the page that lists the command's options."""
    verb = command["path"].split()[-1]
    parts = re.split(rf"^\.Ss {re.escape(verb)}$", text, flags=re.M)
    return re.split(r"^\.(?:Ss|Sh) ", parts[1], flags=re.M)[0] if len(parts) == 2 else text


def listed(text):
    """{long name: (letter, value)} of the lines '.It Fl b , Fl Fl broker Ar HOST:PORT'."""
    found = {}
    for line in re.findall(r"^\.It ((?:Fl \S+ , )?Fl Fl .*)$", text, flags=re.M):
        match = re.fullmatch(r"(?:Fl (\S) , )?Fl Fl (\S+)(?: Ar (.+))?", line)
        if match:
            found[match.group(2)] = (match.group(1), match.group(3))
        else:
            found[line] = "unreadable"
    return found


def wanted(option):
    return option.get("letter"), option.get("value")


def differences_of(command, shared):
    page = page_of(command)
    if not page.exists():
        yield f"{command['path']}: there is no man/{page.name}"
        return
    if f"spool {command['path']}" not in command.get("examples", ""):
        yield f"{command['path']}: --help has no example"
    text = page.read_text(encoding="utf-8")
    rows = {option["name"]: option for option in command["options"]}
    section = listed(section_of(text, command))
    for name, option in rows.items():
        is_shared = shared.get(name) == wanted(option) and page.name != "spool.1"
        if name in section:
            if section[name] != wanted(option):
                yield f"{command['path']}: --{name} is {wanted(option)}, man/{page.name} says {section[name]}"
        elif not is_shared and page.name != "spool.1":
            yield f"{command['path']}: man/{page.name} does not list --{name}"
        elif not re.search(rf"Fl Fl {re.escape(name)}\b", text):
            yield f"{command['path']}: man/{page.name} does not mention --{name}"
    if page.name != "spool.1":
        for name in section:
            if name not in rows:
                yield f"{command['path']}: man/{page.name} lists --{name}, which the command does not know"


def check_options(spool):
    commands = json.loads(subprocess.run([spool, "--help-json"], capture_output=True, check=True).stdout)
    shared = listed((MAN / "spool.1").read_text(encoding="utf-8"))
    found = [d for command in commands for d in differences_of(command, shared)]
    pages = {page_of(command).name for command in commands} | {"spool.1"}
    found += [f"man/{p.name} is of no command" for p in sorted(MAN.glob("*.1")) if p.name not in pages]
    print("\n".join(found) if found else f"{len(commands)} commands, {len(pages)} pages: options agree")
    return bool(found)


def examples(text):
    """[(command, expected stdout lines)] of the page; of one without EXAMPLES everything is an example."""
    section = re.split(r"^\.Sh ", re.split(r"^\.Sh EXAMPLES$", text, flags=re.M)[-1], flags=re.M)[0]
    if "EXAMPLES" not in text:
        section = text
    steps = []
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed$", section, flags=re.M | re.S):
        for line in block.replace("\\e", "\\").replace("\\(dq", '"').replace("\\&", "").splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            elif line.startswith("> ") and steps:
                steps[-1] = (steps[-1][0] + "\n" + line[2:], [])
            elif steps:
                steps[-1][1].append(line)
    return steps


def check_examples(spool):
    failed = count = 0
    for page in [*sorted(MAN.glob("*.1")), MAN / "spool-guide.7"]:
        with tempfile.TemporaryDirectory(prefix="spool-man.") as name:
            scratch = Path(name)
            (scratch / "work").mkdir()
            environment = run.scratch_environment(scratch, spool)
            for command, expected in examples(page.read_text(encoding="utf-8")):
                out, err, code = run.run_command(command, scratch / "work", environment)
                count += 1
                if out != expected or code != 0:
                    failed += 1
                    print("\n".join([f"{page.name}: $ {command}", "the page says:"] + expected + ["came:"] +
                                    run.show(out, err, code)))
    print(f"{count} examples, {failed} differ")
    return failed or not count


def check_lint():
    if not shutil.which("mandoc"):
        print("mandoc is missing")
        return True
    done = subprocess.run(["mandoc", "-Tlint", "-W", "warning", *sorted(MAN.glob("*.[17]"))], check=False)
    return done.returncode != 0


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--spool", required=True)
    arguments.add_argument("what", choices=["options", "examples", "lint"])
    given = arguments.parse_args()
    spool = os.path.abspath(given.spool)
    if given.what == "options":
        return check_options(spool)
    return check_examples(spool) if given.what == "examples" else check_lint()


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
