"""confluent-kafka: librdkafka of today."""

import confluent_kafka
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Producer, TopicPartition

import peer


def hello():
    version = f"{confluent_kafka.__version__}, librdkafka {confluent_kafka.libversion()[0]}"
    return {"version": version, "codecs": ["none", "gzip", "snappy", "lz4", "zstd"], "lacks": [],
            "protocols": ["consumer"]}


def produce(brokers, topic, codec, acks, idempotent, records):
    failures = []
    producer = Producer({"bootstrap.servers": brokers, "compression.type": codec, "acks": acks,
                         "enable.idempotence": idempotent, "linger.ms": 20})
    for r in records:
        producer.produce(topic, partition=r["p"], key=peer.decode(r["k"]), value=peer.decode(r["v"]),
                         headers=[(name, peer.decode(data)) for name, data in r["h"]], timestamp=r["t"],
                         on_delivery=lambda error, _: failures.append(error) if error else None)
    left = producer.flush(60)
    if left or failures:
        raise RuntimeError(f"{left} not sent, {failures[:3]}")


def read(consumer, count):
    records = []
    while len(records) < count:
        batch = consumer.consume(count - len(records), timeout=30)
        if not batch:
            raise TimeoutError(f"{len(records)} of {count} records in 30 s")
        for m in batch:
            if m.error():
                raise RuntimeError(str(m.error()))
            records.append(peer.record(m.partition(), m.offset(), m.timestamp()[1], m.key(), m.value(), m.headers()))
    return records


def consume(brokers, topic, partitions):
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "unused", "enable.auto.commit": False})
    places = [TopicPartition(topic, p, OFFSET_BEGINNING) for p in range(partitions)]
    ends = [consumer.get_watermark_offsets(place, timeout=30) for place in places]
    consumer.assign(places)
    records = read(consumer, sum(high - low for low, high in ends))
    consumer.unassign()
    consumer.close()
    return {"records": records}


def learn(brokers, topic, values):
    producer = Producer({"bootstrap.servers": brokers})
    for value in values:
        producer.produce(topic, value)
    if producer.flush(30):
        raise RuntimeError("not sent")
    got = consume(brokers, topic, len(producer.list_topics(topic, timeout=30).topics[topic].partitions))["records"]
    return {"values": [peer.decode(r["v"]).decode() for r in got]}


def group(brokers, topic, group, count):
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": group, "auto.offset.reset": "earliest",
                         "enable.auto.commit": False})
    consumer.subscribe([topic])
    records = read(consumer, count)
    consumer.commit(asynchronous=False)
    consumer.close()
    return {"records": records}


def member(brokers, topic, group, protocol):
    # With the newer protocol the session is the broker's to say.
    classic = {"session.timeout.ms": 6000, "heartbeat.interval.ms": 1000} if protocol == "classic" else {}
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": group, "auto.offset.reset": "earliest",
                         "enable.auto.commit": False, "group.protocol": protocol, **classic})
    consumer.subscribe([topic])
    while True:
        batch = [m for m in consumer.consume(100, timeout=0.5) if not m.error()]
        if not batch:
            continue
        yield {"read": [[m.partition(), m.offset()] for m in batch]}
        try:
            failures = [place.error for place in consumer.commit(asynchronous=False) if place.error]
        except KafkaException as error:
            failures = [error]
        yield {"lost": str(failures[0])} if failures else {"committed": True}


if __name__ == "__main__":
    peer.serve({"hello": hello, "produce": produce, "consume": consume, "learn": learn, "group": group,
                "member": member})
