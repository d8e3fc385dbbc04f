"""kafka-python, Debian's (2.0) or the newest."""

import kafka
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

import peer

IS_OLD = int(kafka.__version__.split(".")[0]) < 3


def hello():
    lacks = ["null key and value", "null header"]  # its producer refuses them
    if IS_OLD:
        lacks.append("idempotence")
    return {"version": kafka.__version__, "codecs": ["none", "gzip", "snappy", "lz4", "zstd"], "lacks": lacks}


def produce(brokers, topic, codec, acks, idempotent, records):
    more = {"enable_idempotence": idempotent} if not IS_OLD else {}
    producer = KafkaProducer(bootstrap_servers=brokers, compression_type=None if codec == "none" else codec,
                             acks=acks if acks == "all" else int(acks), linger_ms=20, **more)
    sent = [producer.send(topic, partition=r["p"], key=peer.decode(r["k"]), value=peer.decode(r["v"]),
                          headers=[(name, peer.decode(data)) for name, data in r["h"]], timestamp_ms=r["t"])
            for r in records]
    producer.flush(timeout=60)
    for future in sent:
        future.get(timeout=60)
    producer.close()


def read(consumer, count):
    records = []
    while len(records) < count:
        polled = consumer.poll(timeout_ms=30000)
        if not polled:
            raise TimeoutError(f"{len(records)} of {count} records in 30 s")
        for batch in polled.values():
            records += [peer.record(r.partition, r.offset, r.timestamp, r.key, r.value, r.headers) for r in batch]
    return records


def consume(brokers, topic, partitions):
    consumer = KafkaConsumer(bootstrap_servers=brokers, auto_offset_reset="earliest", enable_auto_commit=False)
    places = [TopicPartition(topic, p) for p in range(partitions)]
    consumer.assign(places)
    first, end = consumer.beginning_offsets(places), consumer.end_offsets(places)
    records = read(consumer, sum(end[p] - first[p] for p in places))
    consumer.close()
    return {"records": records}


def learn(brokers, topic, values):
    producer = KafkaProducer(bootstrap_servers=brokers)
    for value in values:
        producer.send(topic, value.encode())
    producer.flush()
    got = []
    consumer = KafkaConsumer(topic, bootstrap_servers=brokers, auto_offset_reset="earliest",
                             consumer_timeout_ms=30000)
    for message in consumer:
        got.append(message.value.decode())
        if len(got) == len(values):
            break
    consumer.close()
    producer.close()
    return {"values": got}


def group(brokers, topic, group, count):
    consumer = KafkaConsumer(topic, bootstrap_servers=brokers, group_id=group, auto_offset_reset="earliest",
                             enable_auto_commit=False)
    records = read(consumer, count)
    consumer.commit()
    consumer.close()
    return {"records": records}


def member(brokers, topic, group, protocol):
    del protocol  # it speaks one
    consumer = KafkaConsumer(topic, bootstrap_servers=brokers, group_id=group, auto_offset_reset="earliest",
                             enable_auto_commit=False, session_timeout_ms=6000, heartbeat_interval_ms=1000)
    while True:
        polled = consumer.poll(timeout_ms=500)
        if not polled:
            continue
        yield {"read": [[r.partition, r.offset] for batch in polled.values() for r in batch]}
        try:
            consumer.commit()
            yield {"committed": True}
        except KafkaError as error:
            yield {"lost": str(error)}


if __name__ == "__main__":
    peer.serve({"hello": hello, "produce": produce, "consume": consume, "learn": learn, "group": group,
                "member": member})
