#!/usr/bin/env python3
"""Checks every #include of ours against the arrows of the layers; prints what breaks them; exit code 1 then.

A layer may include what its arrows reach, directly or through others:

    base <- protocol    base <- compress <- record <- storage    base <- security    base <- net
    {protocol, record, security, net} <- client
    {protocol, record, storage, security, net} <- broker
    {client, storage, record, protocol, broker} <- cli

`protocol compress record security` are sans-I/O: no Asio, sockets, threads or clock reads. `storage` does blocking
file I/O but knows neither Asio nor sockets.
"""

import re
import subprocess
import sys
from pathlib import Path

ARROWS = {
    "core/base": [],
    "core/protocol": ["core/base"],
    "core/compress": ["core/base"],
    "core/record": ["core/compress"],
    "core/storage": ["core/record"],
    "core/security": ["core/base"],
    "core/net": ["core/base"],
    "core/client": ["core/protocol", "core/record", "core/security", "core/net"],
    "broker": ["core/protocol", "core/record", "core/storage", "core/security", "core/net"],
    "cli": ["core/client", "core/storage", "core/record", "core/protocol", "broker"],
}

THREADS_AND_SOCKETS = (
    r"asio\.hpp|asio/.*|sys/(socket|epoll|eventfd|un)\.h|netinet/.*|netdb\.h|poll\.h|"
    r"thread|mutex|condition_variable|future"
)
# System headers a layer must not include.
FORBIDDEN = {
    "core/protocol": THREADS_AND_SOCKETS + r"|core/base/clock\.h|iostream|fstream",
    "core/compress": THREADS_AND_SOCKETS + r"|core/base/clock\.h|iostream|fstream",
    "core/record": THREADS_AND_SOCKETS + r"|core/base/clock\.h|iostream|fstream",
    "core/security": THREADS_AND_SOCKETS + r"|core/base/clock\.h|iostream|fstream",
    "core/storage": r"asio\.hpp|asio/.*|sys/socket\.h|netinet/.*|iostream",
    "core/client": r"asio\.hpp|asio/.*|iostream",
    "core/net": r"iostream",
    "broker": r"iostream",
}
# Expensive to compile: included in this many .cc files at most, in no header.
ONLY_IN = {r"CLI/.*": {"cli/parser.cc"}}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def layer_of(path):
    for layer in ARROWS:
        if path == layer or path.startswith(layer + "/"):
            return layer
    return None


def reachable(layer):
    seen = {layer}
    for below in ARROWS[layer]:
        seen |= reachable(below)
    return seen


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match.group(1)


def complaints(root, name):
    layer = layer_of(name)
    for number, included in includes(root / name):
        where = f"{name}:{number}"
        target = layer_of(included)
        if target and target not in reachable(layer):
            yield f"{where}: {layer} must not include {included} ({target} is not below it)"
        if layer in FORBIDDEN and re.fullmatch(FORBIDDEN[layer], included):
            yield f"{where}: {layer} must not include {included}"
        for pattern, allowed in ONLY_IN.items():
            if re.fullmatch(pattern, included) and name not in allowed:
                yield f"{where}: {included} belongs into {', '.join(sorted(allowed))} alone"
        if included.startswith("."):
            yield f"{where}: includes start at the root, not with {included}"


def main():
    root = Path(__file__).resolve().parent.parent
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "cli", "core", "broker"],
        cwd=root, capture_output=True, check=False)
    names = [n for n in listed.stdout.decode().split("\0") if n.endswith((".h", ".cc"))]
    if listed.returncode != 0:  # a release archive, not a repository
        names = [str(p.relative_to(root)) for d in ("cli", "core", "broker") for p in (root / d).rglob("*")
                 if p.suffix in (".h", ".cc")]
    found = [c for name in sorted(names) if (root / name).exists() for c in complaints(root, name)]
    for complaint in found:
        print(complaint)
    if not found:
        print(f"{len(names)} files keep the layers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
