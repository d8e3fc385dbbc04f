#!/usr/bin/env python3
"""Runs the same command lines with kcat and with spool as kcat on one broker, and compares stdout and exit code.

    compare_kcat.py --spool PATH [--broker HOST:PORT]     without a broker it starts spool's own, in a scratch directory

What each produced is read back with the real kcat. Exit code 1 when something differs. kcat must be installed.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

SECONDS_MAX = 60

LINES = b"one\n\nk:v\n:empty key\nempty value:\nlast without an end"

# (what it shows, arguments of -P, stdin)
PRODUCE = [
    ("lines", "", LINES),
    ("keys", "-K :", LINES),
    ("keys and null", "-K : -Z", LINES),
    ("null without a key delimiter", "-Z", LINES),
    ("a fixed key", "-k fixed", LINES),
    ("a fixed key beside keys", "-K : -k fixed", LINES),
    ("headers", "-H a=1 -H a=2 -H n -H e=", LINES),
    ("a delimiter", "-D ;", b"a;b;;c"),
    ("a long delimiter", "-D --", b"a--b---c--"),
    ("an escaped delimiter", "-D \\x01", b"a\x01b\nc"),
    ("a count", "-c 2", LINES),
    ("a partition", "-p 2", LINES),
    ("tee", "-T", LINES),
    ("gzip", "-z gzip", LINES),
    ("zstd", "-z zstd", LINES),
    ("keys to partitions", "-K :", b"".join(b"key%d:%d\n" % (i, i) for i in range(50))),
    ("keys to partitions as Java", "-K : -X partitioner=murmur2_random",
     b"".join(b"key%d:%d\n" % (i, i) for i in range(50))),
    ("keys to partitions by fnv1a", "-K : -X partitioner=fnv1a_random",
     b"".join(b"key%d:%d\n" % (i, i) for i in range(50))),
    ("a topic property", "-X topic.acks=1", LINES),
    ("files", "one two", b""),
    ("no file at all", "none", b""),
    ("a file of lines", "-l one", b""),
]

# arguments of -C, on a topic of every kind of record
CONSUME = [
    "-e", "-e -K :", "-e -Z -K :", "-e -D ;", "-e -J", "-e -J -D ;", "-e -c 2", "-e -o 2", "-e -o -2", "-e -o end",
    "-e -o beginning -p 0", "-e -p 0 -f %s\\n", "-e -f %t[%p]@%o:%T,%k(%K)=%s(%S)%%{h=%h}\\n",
    "-e -f %R%s", "-e -Z -f %k|%s\\n", "-e -f a\\tb\\x41\\n", "-e -o s@1700000002000", "-e -o s@1700000001000 -o e@1700000003000",
    "-e -X isolation.level=read_uncommitted", "-e -u", "-e -q", "-e -f %q",
    "-e -s s", "-e -c 1 -s key=b -s value=c -f %k|%K|%s|%S\\n", "-e -o 1 -c 1 -s value=hHiIB", "-e -o 1 -c 1 -s value=Q",
    "-e -o 1 -c 1 -s value=qs$", "-e -s value=B$", "-e -s x", "-e -s avro", "-r http://localhost:1", "-e -J -s b",
]
# -G and topics, with a group of each tool's own; "again" is the same group as in the line before
GROUP = [
    "-e -o beginning {topic}", "again -e {topic}", "again -e -o beginning -c 2 -f %o:%s\\n {topic}", "again -e {topic}",
    "-e {topic}", "-e -X auto.offset.reset=earliest {topic}", "-e -J -o beginning -c 1 {topic}", "-e -o -1 {topic}", "-e -o 2 {topic}",
    "-e -o stored {topic}", "-e -X auto.offset.reset=earliest ^kin", "-e missing-topic", "-e -o s@1 {topic}", "-o e@1 {topic}", "",
]
# Where we do not want to do what kcat does, and why.
WANTED = {
    "-C -P -t kinds": "kcat prints that it cannot be both, and says by its exit code that all went well",
    "-C -t kinds -e -s value=B$": "kcat prints the first half of the record that is not what -s says",
}
LIST = ["-L -t {topic}", "-L -J -t {topic}", "-L -t missing-topic"]
QUERY = ["-Q -t {topic}:0:1700000002000", "-Q -t {topic}:0:-1", "-Q -J -t {topic}:0:1700000002000",
         "-Q -t {topic}:0:1900000000000", "-Q"]


def run(command, stdin, scratch, timeout=SECONDS_MAX):
    done = subprocess.run(command, input=stdin, capture_output=True, cwd=scratch, timeout=timeout, check=False,
                          env={"PATH": os.environ["PATH"], "HOME": scratch})
    return done.returncode, done.stdout


class Comparison:
    def __init__(self, spool, broker, scratch):
        self.spool, self.broker, self.scratch = spool, broker, scratch
        self.count = self.differences = 0

    def tool(self, name):
        return ["kcat"] if name == "kcat" else [self.spool, "kcat"]

    def check(self, what, kcat, spool):
        self.count += 1
        if kcat == spool:
            return
        if what in WANTED:
            print(f"differs as it should: {what}: {WANTED[what]}")
            return
        self.differences += 1
        print(f"DIFFERS {what}\n  kcat:  {kcat}\n  spool: {spool}")

    def create(self, topic, partitions):
        subprocess.run([self.spool, "topic", "create", "-q", "-b", self.broker, "-p", str(partitions), topic], check=True)

    def read_back(self, topic):
        _, out = run(["kcat", "-q", "-C", "-b", self.broker, "-t", topic, "-e", "-J"], b"", self.scratch)
        lines = re.sub(rb'"(ts|broker)":\d+', rb'"\1":0', out).replace(topic.encode(), b"T").split(b"\n")
        return sorted(lines)

    def produce(self):
        for number, (what, arguments, stdin) in enumerate(PRODUCE):
            results = {}
            for name in ("kcat", "spool"):
                topic = f"p{number}.{name}"
                keyless = "-K" not in arguments and "-k" not in arguments and "-p" not in arguments
                self.create(topic, 1 if keyless else 4)
                # Files stand behind the options for getopt and for kcat.
                words = arguments.split()
                code, out = run(self.tool(name) + ["-P", "-q", "-b", self.broker, "-t", topic] + words, stdin, self.scratch)
                records = self.read_back(topic)
                if not keyless:
                    # Records without a key go where chance has it.
                    records = sorted(re.sub(rb'"partition":\d+,"offset":\d+', b"", r) if b'"key":null' in r or b'"key":""' in r
                                     else re.sub(rb'"offset":\d+', b"", r) for r in records)
                results[name] = (code, out, records)
            self.check(f"-P {arguments} ({what})", results["kcat"], results["spool"])

    def same(self, arguments):
        results = [run(self.tool(name) + ["-b", self.broker] + arguments, b"", self.scratch) for name in ("kcat", "spool")]
        self.check(" ".join(arguments), *results)

    def consume_in_groups(self, topic):
        for number, arguments in enumerate(GROUP):
            words = arguments.format(topic=topic).split()
            if "again" in words:
                words.remove("again")
            else:
                group = number
            self.check(f"-G {arguments}", *[
                run(self.tool(name) + ["-q", "-b", self.broker, "-G", f"{name}.{group}"] + words, b"", self.scratch)
                for name in ("kcat", "spool")])

    def consume(self):
        topic = "kinds"
        self.create(topic, 1)
        records = b"".join([
            b'{"key":"k","value":"v","timestamp":1700000000000,"headers":[["a","1"],["b",null],["c",""]]}\n',
            b'{"key":null,"value":"quote \\" and \\\\ and \\u00e9","timestamp":1700000001000}\n',
            b'{"key":"","value":null,"timestamp":1700000002000}\n',
            b'{"key":"x","value":"","timestamp":1700000003000}\n',
            b'{"key":null,"value":"{\\"a\\":1}\\n","timestamp":1700000004000}\n'])
        subprocess.run([self.spool, "produce", "-b", self.broker, "--input", "jsonl", topic], input=records, check=True)
        for arguments in CONSUME:
            self.same(["-C", "-t", topic] + arguments.split())
        for arguments in LIST + QUERY:
            self.same(arguments.format(topic=topic).split())
        self.consume_in_groups(topic)
        self.same(["-C", "-P", "-t", topic])
        self.same(["-C"])


def compare(spool, broker, scratch):
    for name, content in (("one", "1\n2\n"), ("two", "3")):
        with open(os.path.join(scratch, name), "w", encoding="utf-8") as file:
            file.write(content)
    comparison = Comparison(spool, broker, scratch)
    comparison.produce()
    comparison.consume()
    print(f"{comparison.count} command lines, {comparison.differences} differ")
    return comparison.differences


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--spool", required=True)
    arguments.add_argument("--broker")
    given = arguments.parse_args()
    spool = os.path.abspath(given.spool)
    if not shutil.which("kcat"):
        print("kcat is not installed")
        return 77
    with tempfile.TemporaryDirectory(prefix="spool-kcat.") as scratch:
        if given.broker:
            return 1 if compare(spool, given.broker, scratch) else 0
        with subprocess.Popen([spool, "broker", "--dir", os.path.join(scratch, "data"), "--override",
                               "listeners=PLAINTEXT://127.0.0.1:0"], stdout=subprocess.PIPE, text=True) as broker:
            try:
                address = broker.stdout.readline().strip().removeprefix("BROKERS=")
                return 1 if compare(spool, address, scratch) else 0
            finally:
                broker.send_signal(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
