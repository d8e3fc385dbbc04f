"""kcat, called once for every run of records that one command line can say."""

import itertools
import os
import subprocess

import peer

KEY_END, RECORD_END, HEADERS_END = "<~k~>", "<~r~>", "<~h~>"


def call(arguments, **more):
    done = subprocess.run(["kcat", "-q", *arguments], capture_output=True, timeout=90, check=False, **more)
    if done.returncode != 0 or b"ERROR" in done.stderr:
        raise RuntimeError(f"kcat: {done.returncode}, {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


def hello():
    version = subprocess.run(["kcat", "-V"], capture_output=True, text=True, check=False).stdout
    return {"version": next(line for line in version.splitlines() if line.startswith("Version")).split()[1],
            "codecs": ["none", "gzip", "snappy", "lz4", "zstd"],
            "lacks": ["timestamps", "empty beside null", "null key with an empty value", "binary header"]}


def command_line_of(r):
    """Records with the same one can share a call: partition, headers, and whether empty means null."""
    return r["p"], tuple((name, data) for name, data in r["h"]), r["v"] is None


def produce(brokers, topic, codec, acks, idempotent, records):
    for (partition, headers, is_null), run in itertools.groupby(
            sorted(records, key=lambda r: r["p"]), command_line_of):
        arguments = ["-P", "-b", brokers, "-t", topic, "-p", str(partition), "-z", codec, "-K", KEY_END, "-D", RECORD_END,
                     "-X", f"acks={acks}", "-X", f"enable.idempotence={str(idempotent).lower()}"]
        for name, data in headers:
            arguments += ["-H", name if data is None else f"{name}={peer.decode(data).decode()}"]
        if is_null:
            arguments.append("-Z")
        text = b""
        for r in run:
            if r["k"] is not None or is_null:
                text += (peer.decode(r["k"]) or b"") + KEY_END.encode()
            text += (peer.decode(r["v"]) or b"") + RECORD_END.encode()
        call(arguments, input=text)


def headers_in(text):
    headers = []
    for part in text.split(",") if text else []:
        name, _, value = part.partition("=")
        headers.append((name, None if value == "NULL" else value.encode()))
    return headers


def records_in(out):
    records, at = [], 0
    while at < len(out):
        line_end = out.index(b"\n", at)
        partition, offset, time, key_bytes, value_bytes = map(int, out[at:line_end].split())
        at = line_end + 1
        key = None if key_bytes < 0 else out[at:at + key_bytes]
        at += max(0, key_bytes)
        value = None if value_bytes < 0 else out[at:at + value_bytes]
        at += max(0, value_bytes)
        headers_end = out.index(HEADERS_END.encode(), at)
        records.append(peer.record(partition, offset, time, key, value, headers_in(out[at:headers_end].decode())))
        at = headers_end + len(HEADERS_END)
    return records


def consume(brokers, topic, partitions):
    del partitions  # it reads all
    return {"records": records_in(call(["-C", "-e", "-b", brokers, "-t", topic, "-o", "beginning",
                                        "-f", "%p %o %T %K %S\\n%k%s%h" + HEADERS_END]))}


def learn(brokers, topic, values):
    call(["-P", "-b", brokers, "-t", topic], input="\n".join(values).encode())
    return {"values": call(["-C", "-e", "-b", brokers, "-t", topic]).decode().splitlines()}


def group(brokers, topic, group, count):
    out = call(["-b", brokers, "-G", group, "-c", str(count), "-X", "auto.offset.reset=earliest",
                "-f", "%p %o %T %K %S\\n%k%s%h" + HEADERS_END, topic])
    return {"records": records_in(out)}


def member(brokers, topic, group, protocol):
    """It commits by itself and does not say when. This process becomes kcat: who kills it kills that."""
    del protocol  # Debian's speaks one
    os.execvp("kcat", ["kcat", "-q", "-u", "-b", brokers, "-G", group, "-X", "auto.offset.reset=earliest",
                       "-X", "session.timeout.ms=6000", "-X", "heartbeat.interval.ms=1000",
                       "-X", "auto.commit.interval.ms=100", "-f", '{"read": [[%p, %o]]}\\n', topic])


if __name__ == "__main__":
    peer.serve({"hello": hello, "produce": produce, "consume": consume, "learn": learn, "group": group,
                "member": member})
