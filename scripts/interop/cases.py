#!/usr/bin/env python3
"""The cases of one peer against one broker.

cases.py --peer NAME --spool BIN [--brokers HOST:PORT] [--known FILE] [--only REGEX] -- COMMAND...

COMMAND is the peer (the broker is $BROKERS when not given) (see peers/peer.py). Prints every failure, and in the end one line: NAME VERSION: N cases, N ok,
N failed, N known. A case that FILE lists as known to fail must fail: one that passes is to be taken out.
"""

import argparse
import base64
import collections
import json
import os
import random
import re
import subprocess
import sys
import threading
import time

import offers

PARTITIONS = 3
PATIENCE_SECONDS = 90
BASE_MS = int(time.time() * 1000) - 60_000  # older ones would be deleted by retention
NOISE = random.Random(7).randbytes(20_000)


class Failure(Exception):
    pass


def b64(data):
    return None if data is None else base64.b64encode(data).decode()


def say(key, value, headers=(), needs=()):
    return {"k": b64(key), "v": b64(value), "h": [[name, b64(data)] for name, data in headers], "needs": set(needs)}


def special_records(lacks):
    """Every kind of key, value and header, in every partition, but for what the client lacks."""
    kinds = [
        say(None, b"no key"),
        say(b"", b"empty key"),
        say(b"empty value", b""),
        say(b"tombstone", None),
        say(None, None, needs=["null key and value"]),
        say(b"", b""),
        say(None, b"", needs=["null key with an empty value"]),
        say(b"", None, needs=["empty beside null"]),
        say(bytes(range(256)), bytes(range(255, -1, -1)) * 3),
        say("schlüssel".encode(), "Größe, 値".encode()),
        say(b"headers", b"x", [("a", b"1"), ("a", b"2"), ("b", b"")]),
        say(b"null header", b"x", [("a", b"1"), ("nil", None), ("a", b"3")], needs=["null header"]),
        say(b"binary header", b"x", [("bin", b"\x00\xff\n\x80"), ("name-ü", "ä".encode())], needs=["binary header"]),
        say(b"noise", NOISE),
        say(b"a page of one letter", b"z" * 200_000),
    ]
    records = []
    for n in range(3 * PARTITIONS):
        for kind in kinds:
            if not kind["needs"] & lacks:
                records.append({"p": n % PARTITIONS, "t": BASE_MS + (37 * len(records)) % 1000,
                                **{name: kind[name] for name in "kvh"}})
    return records


def plain_records(count):
    return [{"p": n % PARTITIONS, "t": BASE_MS + n, "k": b64(b"k%d" % n), "v": b64(b"value %d" % n), "h": []}
            for n in range(count)]


class Peer:
    def __init__(self, command, brokers):
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.brokers = brokers
        self.features = self.ask("hello")
        self.lacks = set(self.features["lacks"])

    def ask(self, operation, **members):
        if operation != "hello":
            members["brokers"] = self.brokers
        self.process.stdin.write(json.dumps({"op": operation, **members}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"{operation}: the peer ended with status {self.process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise Failure(f"{operation}: {answer['error']}")
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Spool:
    def __init__(self, program, brokers):
        self.program, self.brokers = program, brokers

    def call(self, *arguments, data=b""):
        done = subprocess.run([self.program, *arguments, "-b", self.brokers], input=data, capture_output=True,
                              timeout=120, check=False)
        if done.returncode != 0:
            raise Failure(f"spool {' '.join(arguments)}: exit {done.returncode}, {done.stderr.decode()}")
        return done.stdout

    def create(self, topic, partitions=PARTITIONS):
        self.call("topic", "create", "-q", "-p", str(partitions), topic)

    def consume(self, topic, count=None):
        """Up to the end, or, where the records may still be on their way, this many."""
        out = self.call("consume", "--output", "jsonl", *(["-e"] if count is None else ["-c", str(count)]), topic)
        return [self.record_in(json.loads(line)) for line in out.splitlines()]

    @staticmethod
    def record_in(line):
        def data(value):
            return value["b64"] if isinstance(value, dict) else None if value is None else b64(value.encode())

        return {"p": line["partition"], "o": line["offset"], "t": line["timestamp"], "k": data(line["key"]),
                "v": data(line["value"]), "h": [[h["name"], data(h["value"])] for h in line["headers"]]}

    def produce(self, topic, codec, records):
        """One call for every run of records of a partition that differ in key and value only."""
        run = []
        for r in [*sorted(records, key=lambda r: r["p"]), None]:
            if run and (r is None or (r["p"], r["h"]) != (run[0]["p"], run[0]["h"])):
                self.produce_run(topic, codec, run)
                run = []
            run.append(r)

    def produce_run(self, topic, codec, run):
        headers = []
        for name, data in run[0]["h"]:
            headers += ["-H", name if data is None else f"{name}={base64.b64decode(data).decode()}"]
        lines = b"".join(b"".join(b"<~null~>" if field is None else base64.b64decode(field)
                                  for field in (r["k"], b64(b"<~k~>"), r["v"])) + b"<~r~>" for r in run)
        self.call("produce", "-q", "-z", codec, "-p", str(run[0]["p"]), "-K", "<~k~>", "-D", "<~r~>",
                  "--null-marker", "<~null~>", *headers, topic, data=lines)


def short(record):
    return json.dumps({name: value if not isinstance(value, str) or len(value) < 60 else value[:60] + "…"
                       for name, value in record.items()})


def with_null_for_empty(record):
    return {**record, "k": record["k"] or None, "v": record["v"] or None,
            "h": [[name, data or None] for name, data in record["h"]]}


def compare(what, want, got, with_times):
    """Offsets count from 0 in each partition; the order in a partition is the order of sending."""
    for p in range(PARTITIONS):
        wanted = [r for r in want if r["p"] == p]
        found = sorted((r for r in got if r["p"] == p), key=lambda r: r["o"])
        if len(wanted) != len(found):
            raise Failure(f"{what}: partition {p} has {len(found)} records of {len(wanted)}")
        for offset, (w, f) in enumerate(zip(wanted, found)):
            w = {**w, "o": offset}
            if not with_times:
                w["t"] = f["t"]
            if w != f:
                raise Failure(f"{what}: partition {p}\n    want {short(w)}\n    got  {short(f)}")


class Members:
    """Processes that read as members of one group, and what they said, in the order in which they said it."""

    def __init__(self, command, question):
        self.command, self.question = command, question
        self.changed = threading.Condition()
        self.events = []  # (process, event)
        self.processes = []

    def start(self):
        process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        process.stdin.write(json.dumps({"op": "member", **self.question}) + "\n")
        process.stdin.flush()
        threading.Thread(target=self.listen, args=(process,), daemon=True).start()
        return process

    def listen(self, process):
        for line in process.stdout:
            with self.changed:
                self.events.append((process, json.loads(line)))
                self.changed.notify_all()

    def read(self, since=0, by=None):
        return {tuple(place) for process, event in self.events[since:] if by in (None, process)
                for place in event.get("read", [])}

    def wait(self, condition, seconds):
        with self.changed:
            return self.changed.wait_for(condition, seconds)

    def check(self, wanted, strict_from):
        """Nothing skipped; from this event on nothing read again that was committed."""
        committed, reading = set(), collections.defaultdict(set)
        for number, (process, event) in enumerate(self.events):
            if "error" in event:
                raise Failure(event["error"])
            for place in map(tuple, event.get("read", [])):
                if place in committed and number >= strict_from:
                    raise Failure(f"{place} was committed and is read again")
                reading[process].add(place)
            if "committed" in event:
                committed |= reading[process]
            if "committed" in event or "lost" in event:
                reading[process].clear()
        missing = wanted - self.read()
        if missing:
            raise Failure(f"{len(missing)} of {len(wanted)} records were read by nobody: {sorted(missing)[:5]}")

    def kill(self):
        for process in self.processes:
            process.kill()
            process.wait()


class Cases:
    def __init__(self, peer, spool):
        self.peer, self.spool = peer, spool
        self.has_times = "timestamps" not in peer.lacks
        self.has_groups = offers.JOIN_GROUP in offers.offered(spool.brokers)
        self.topic_count = 0

    def topic(self):
        self.topic_count += 1
        name = f"interop-{os.getpid()}-{self.topic_count}"
        return name

    def new_topic(self):
        name = self.topic()
        self.spool.create(name)
        return name

    def all(self):
        """Name and function of each case."""
        for codec in self.peer.features["codecs"]:
            yield f"produce {codec}, every kind of record", lambda c=codec: self.peer_writes(c)
            yield f"consume {codec} that spool wrote", lambda c=codec: self.spool_writes(c)
        for acks, is_idempotent in (("0", False), ("1", False), ("all", False), ("all", True)):
            if not (is_idempotent and "idempotence" in self.peer.lacks):
                yield (f"1,000 records, acks={acks}{', idempotent' if is_idempotent else ''}",
                       lambda a=acks, i=is_idempotent: self.many(a, i))
        yield "the tutorial: produce to a missing topic, consume without a group and with one", self.learn
        if self.has_groups:
            yield "a group reads, commits and goes on", self.group
            for protocol in ["classic", *self.peer.features.get("protocols", [])]:
                yield (f"two members share, one is killed, the other takes over ({protocol})",
                       lambda p=protocol: self.take_over(p))

    def peer_reads(self, topic, want, with_times):
        got = self.peer.ask("consume", topic=topic, partitions=PARTITIONS)["records"]
        if "empty from null when reading" in self.peer.lacks:
            want, got = map(with_null_for_empty, want), map(with_null_for_empty, got)
        compare("peer reads", list(want), list(got), with_times)

    def peer_writes(self, codec):
        topic, records = self.new_topic(), special_records(self.peer.lacks)
        self.peer.ask("produce", topic=topic, codec=codec, acks="all", idempotent=False, records=records)
        compare("spool reads", records, self.spool.consume(topic), self.has_times)
        self.peer_reads(topic, records, self.has_times)

    def spool_writes(self, codec):
        topic = self.new_topic()
        records = special_records(self.peer.lacks | {"binary header"})
        self.spool.produce(topic, codec, records)
        compare("spool reads", records, self.spool.consume(topic), False)
        self.peer_reads(topic, self.spool.consume(topic), True)

    def many(self, acks, is_idempotent):
        topic, records = self.new_topic(), plain_records(1000)
        self.peer.ask("produce", topic=topic, codec="none", acks=acks, idempotent=is_idempotent, records=records)
        compare("spool reads", records, self.spool.consume(topic, len(records)), self.has_times)
        self.peer_reads(topic, records, self.has_times)

    def learn(self):
        values = ["Hello, World!", "this is", "a test"]
        topic = self.topic()
        got = self.peer.ask("learn", topic=topic, values=values)["values"]
        if got != values:
            raise Failure(f"want {values}, got {got}")
        if self.has_groups:
            read = self.peer.ask("group", topic=topic, group=topic + "-group", count=len(values))["records"]
            got = [base64.b64decode(r["v"]).decode() for r in read]
            if sorted(got) != sorted(values):
                raise Failure(f"with a group: want {values}, got {got}")

    def group(self):
        topic, records = self.new_topic(), plain_records(30)
        group = topic + "-group"
        for start in (0, 15):
            batch = records[start:start + 15]
            self.peer.ask("produce", topic=topic, codec="none", acks="all", idempotent=False, records=batch)
            got = self.peer.ask("group", topic=topic, group=group, count=len(batch))["records"]
            want = sorted((r["p"], r["v"]) for r in batch)
            if sorted((r["p"], r["v"]) for r in got) != want:
                raise Failure(f"from {start}: want {want}, got {[(r['p'], r['v']) for r in got]}")


    def take_over(self, protocol):
        """Two members share; one is killed; the other reads on where the first had committed."""
        topic = self.new_topic()
        members = Members(self.peer.command, {"brokers": self.spool.brokers, "topic": topic, "group": topic + "-group",
                                              "protocol": protocol})
        rounds = 0

        def feed():
            nonlocal rounds
            rounds += 1
            self.spool.produce(topic, "none", plain_records(30))

        def wanted():
            return {(p, o) for p in range(PARTITIONS) for o in range(rounds * 30 // PARTITIONS)}

        try:
            feed()
            first = members.start()
            if not members.wait(lambda: members.read() >= wanted(), PATIENCE_SECONDS):
                raise Failure(f"one member read {len(members.read())} of {len(wanted())} records")
            second = members.start()
            start, deadline = len(members.events), time.monotonic() + PATIENCE_SECONDS
            while not members.read(start, first) or not members.read(start, second):
                if time.monotonic() > deadline:
                    raise Failure("the two do not share")
                feed()
                members.wait(lambda: members.read() >= wanted(), 1)
            first.kill()
            first.wait()
            killed_at = len(members.events)
            feed()
            members.wait(lambda: members.read() >= wanted(), PATIENCE_SECONDS)
            members.check(wanted(), killed_at if "commits of a generation" in self.peer.lacks else 0)
        finally:
            members.kill()


def known_of(path, peer_name):
    known = set()
    if path:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                if line.strip() and not line.startswith("#"):
                    peer, case, _reason = line.rstrip("\n").split("\t")
                    if peer == peer_name:
                        known.add(case)
    return known


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--spool", required=True)
    parser.add_argument("--brokers", default=os.environ.get("BROKERS"))
    parser.add_argument("--known")
    parser.add_argument("--only", default="")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()

    known = known_of(options.known, options.peer)
    peer = Peer(options.command, options.brokers)
    cases = Cases(peer, Spool(options.spool, options.brokers))
    if "consumer without a group" in peer.lacks and not cases.has_groups:
        print(f"{options.peer} skipped: it reads with groups only, and the broker has none")
        return 0
    counts = {"ok": 0, "failed": 0, "known": 0}
    for name, case in cases.all():
        if not re.search(options.only, name):
            continue
        try:
            case()
            trouble = "listed as known, but it passes: take it out" if name in known else None
        except (Failure, subprocess.TimeoutExpired) as failure:
            trouble = str(failure)
        outcome = "ok" if trouble is None else "known" if name in known and "take it out" not in trouble else "failed"
        counts[outcome] += 1
        if outcome == "failed" or options.verbose:
            print(f"{options.peer}: {name}: {outcome}{': ' + trouble if trouble else ''}", flush=True)
    peer.close()
    print(f"{options.peer} {peer.features['version']}: {sum(counts.values())} cases, {counts['ok']} ok, "
          f"{counts['failed']} failed" + (f", {counts['known']} known" if counts["known"] else ""))
    return 1 if counts["failed"] or not counts["ok"] else 0


if __name__ == "__main__":
    sys.exit(main())
