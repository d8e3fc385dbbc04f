"""librdkafka's idempotent producer as a load of scripts/crash; says what crash_load's `produce` says.

usage: librdkafka_load.py BROKER TOPIC NAME CODEC PARTITIONS
"""

import select
import sys

from confluent_kafka import Producer

AHEAD_MAX = 300


def main():
    broker, topic, name, codec, partitions = sys.argv[1:5] + [int(sys.argv[5])]
    producer = Producer({
        "bootstrap.servers": broker, "enable.idempotence": True, "acks": "all", "compression.type": codec,
        "linger.ms": 1, "delivery.timeout.ms": 120000, "reconnect.backoff.ms": 5, "reconnect.backoff.max.ms": 50,
        "retry.backoff.ms": 5, "log_level": 2,
    })
    acked = failed = 0

    def delivered(error, message, sequence):
        nonlocal acked, failed
        if error is None:
            acked += 1
            print("A", topic, message.partition(), message.offset(), 1, sequence, name, flush=True)
        else:
            failed += 1
            print("F", topic, message.partition(), 1, error, flush=True)

    next_sequence = [0] * partitions
    turn = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        partition = turn // 7 % partitions
        turn += 1
        sequence = next_sequence[partition]
        next_sequence[partition] += 1
        value = f"{name}:{partition}:{sequence}:" + "x" * (sequence * 31 % 997)
        producer.produce(topic, value.encode(), partition=partition,
                         on_delivery=lambda error, message, sequence=sequence: delivered(error, message, sequence))
        producer.poll(0)
        while len(producer) >= AHEAD_MAX:
            producer.poll(0.1)
    if producer.flush(120) > 0:
        sys.exit(1)
    print("E", acked, failed, flush=True)


main()
