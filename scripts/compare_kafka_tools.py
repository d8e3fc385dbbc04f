#!/usr/bin/env python3
"""Runs the same command lines with Kafka's own scripts and with spool by their names, on one broker, and compares stdout.

    compare_kafka_tools.py --spool PATH --libs DIR --broker HOST:PORT     DIR holds Kafka's jars (libs/ of a release)

Exit codes are compared, too. What 4.x prints on stdout about options that will be renamed is left out, and so is
print.epoch: the script of 4.x says NOT_PRESENT whatever the epoch. Exit code 1 when something differs. Java must be
installed.
"""

import argparse
import os
import re
import subprocess
import sys

SECONDS_MAX = 90
CLASSES = {
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
    "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
}
ALL_PARTS = " ".join(f"--property print.{part}=true"
                     for part in "timestamp partition offset headers key value".split())

# Run by spool on the topic {t} before anything is compared.
PREPARE = [
    ("kafka-topics --create --topic {t} --partitions 2 --config retention.ms=360000000 --config cleanup.policy=delete "
     "--config max.message.bytes=2000000", b""),
    ("kafka-console-producer --topic {t} --property parse.key=true --property parse.headers=true "
     "--property null.marker=NIL", b"h1:a,h2:b\tk1\tv1\nh:\tk2\tNIL\nNIL\tNIL\tv3\n"),
]
# (script and arguments, stdin); each is run by both, theirs first.
CASES = [
    ("kafka-topics --list", b""),
    ("kafka-topics --list --exclude-internal", b""),
    ("kafka-topics --describe --topic {t}", b""),
    ("kafka-topics --describe --topic {t} --under-replicated-partitions", b""),
    ("kafka-topics --describe --topic {t} --at-min-isr-partitions", b""),
    ("kafka-topics --describe --topics-with-overrides --topic {t}", b""),
    ("kafka-topics --describe --topic missing-one --if-exists", b""),
    ("kafka-topics --create --topic {who}-x.y", b""),
    ("kafka-topics --create --topic {who}-x.y --if-not-exists", b""),
    ("kafka-topics --alter --topic {who}-x.y --partitions 3", b""),
    ("kafka-topics --delete --topic {who}-x.y", b""),
    ("kafka-configs --describe --topic {t}", b""),
    ("kafka-configs --describe --entity-type topics --entity-name {t} --all", b""),
    ("kafka-configs --describe --entity-type brokers --entity-name 1", b""),
    ("kafka-configs --describe --entity-type brokers --entity-default", b""),
    ("kafka-configs --alter --topic {t} --add-config segment.bytes=2000000,cleanup.policy=[delete]", b""),
    ("kafka-configs --describe --topic {t}", b""),
    ("kafka-configs --alter --topic {t} --delete-config segment.bytes", b""),
    ("kafka-configs --alter --user {who}-x --client etl --add-config producer_byte_rate=1024,consumer_byte_rate=10485760", b""),
    ("kafka-configs --describe --user {who}-x --client etl", b""),
    ("kafka-configs --alter --entity-type ips --entity-name 127.0.0.2 --add-config connection_creation_rate=3", b""),
    ("kafka-configs --describe --entity-type ips", b""),
    ("kafka-configs --alter --user {who}-x --client etl --delete-config producer_byte_rate", b""),
    ("kafka-topics --create --topic {who}-x --replica-assignment 1,1", b""),
    ("kafka-topics --alter --topic {who}-x --partitions 3 --replica-assignment 1,1,1", b""),
    ("kafka-get-offsets --topic {t}", b""),
    ("kafka-get-offsets --topic {t} --time earliest", b""),
    ("kafka-get-offsets --topic {t} --time -3", b""),
    ("kafka-get-offsets --topic {t} --time 4000000000000", b""),
    ("kafka-get-offsets --topic-partitions {t}:1", b""),
    ("kafka-get-offsets --topic-partitions {t}:0-1", b""),
    ("kafka-get-offsets --topic {t} --partitions 0", b""),
    ("kafka-console-consumer --topic {t} --from-beginning --max-messages 2 --partition 1", b""),
    ("kafka-console-consumer --topic {t} --partition 1 --offset 0 --max-messages 2 " + ALL_PARTS, b""),
    ("kafka-console-consumer --topic {t} --partition 1 --offset 0 --max-messages 2 --property print.key=true "
     "--property key.separator=:: --property null.literal=NIL", b""),
    ("kafka-console-producer --topic {t}", b"plain\n\nlast without an end"),
    ("kafka-console-producer --topic {t} --property parse.key=true --property key.separator=:", b"a:b\nc:d:e\n"),
    ("kafka-console-producer --topic {t} --compression-codec", b"zipped\n"),
]


class Runner:
    def __init__(self, given, topic):
        self.given = given
        self.topic = topic
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("SPOOL_")}

    def run(self, is_theirs, line, stdin):
        words = line.format(t=self.topic, who="theirs" if is_theirs else "ours").split()
        arguments = ["--bootstrap-server", self.given.broker] + words[1:]
        if is_theirs:
            command = ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", self.given.libs + "/*",
                       CLASSES[words[0]]] + arguments
        else:
            command = [self.given.spool, words[0]] + arguments
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=SECONDS_MAX, check=False,
                              env=self.environment)
        text = done.stdout.decode("utf-8", "backslashreplace").replace("theirs-x", "ours-x")
        text = re.sub(r".*--property is deprecated and will be removed.*\n", "", text)
        return text, done.returncode, done.stderr.decode("utf-8", "backslashreplace")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--spool", required=True)
    arguments.add_argument("--libs", required=True)
    arguments.add_argument("--broker", required=True)
    arguments.add_argument("--only", default="", help="only lines that contain this")
    given = arguments.parse_args()
    given.spool = os.path.abspath(given.spool)
    runner = Runner(given, f"compared-{os.getpid()}")
    for line, stdin in PREPARE:
        text, code, err = runner.run(False, line, stdin)
        if code != 0:
            sys.exit(f"{line}: exit {code}: {err}")
    differing = 0
    cases = [case for case in CASES if given.only in case[0]]
    for line, stdin in cases:
        theirs, ours = runner.run(True, line, stdin), runner.run(False, line, stdin)
        is_same = theirs[:2] == ours[:2]
        differing += not is_same
        print(f"{'same' if is_same else 'DIFFERENT'}  {line}", flush=True)
        if not is_same:
            print(f"theirs ({theirs[1]}):\n{theirs[0]}{theirs[2][-600:]}\nours ({ours[1]}):\n{ours[0]}{ours[2][-600:]}")
    print(f"{len(cases)} command lines, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
