"""Brokers that scripts start and stop: spool's own, and Apache Kafka when a program that starts it is at hand."""

import os
import random
import signal
import socket
import subprocess
import time
from contextlib import contextmanager

START_SECONDS_MAX = 240
STOP_SECONDS_MAX = 60


def free_port():
    while True:
        port = random.SystemRandom().randrange(10000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def stop(process):
    """SIGTERM to the group: what starts Kafka may be a script around it. SIGKILL to what does not heed that."""
    for number, seconds in ((signal.SIGTERM, STOP_SECONDS_MAX), (signal.SIGKILL, None)):
        if process.poll() is None:
            os.killpg(process.pid, number)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue


def start_spool(spool, directory, *options, limits=None, environment=None):
    """The process of `spool broker` on a directory, and its address; it is ready. `limits` is called in the child; `environment` comes
    on top of ours."""
    process = subprocess.Popen([spool, "broker", "--dir", directory, "--override", "listeners=PLAINTEXT://127.0.0.1:0",
                                *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               start_new_session=True, preexec_fn=limits, env={**os.environ, **(environment or {})})
    line = process.stdout.readline()
    if not line.startswith("BROKERS="):
        process.wait()
        raise RuntimeError("spool broker does not start")
    return process, line.strip().removeprefix("BROKERS=")


@contextmanager
def spool_broker(spool, directory):
    """The address of `spool broker` on a directory, while the block runs."""
    process, address = start_spool(spool, directory)
    try:
        yield address
    finally:
        stop(process)
        process.stdout.close()


@contextmanager
def kafka_broker(program, version, directory, spool):
    """The address of a real Kafka of this version, started by `PROGRAM start PORT DIR` with $KAFKA_VERSION."""
    address = f"127.0.0.1:{free_port()}"
    with open(f"{directory}.log", "wb") as log:
        process = subprocess.Popen([program, "start", address.rsplit(":", 1)[1], directory], stdout=log,
                                   stderr=subprocess.STDOUT, env={**os.environ, "KAFKA_VERSION": version},
                                   start_new_session=True)
        try:
            wait_until_ready(process, address, spool, f"{directory}.log")
            yield address
        finally:
            stop(process)


def wait_until_ready(process, address, spool, log):
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        answer = subprocess.run([spool, "cluster", "info", "-b", address, "--timeout", "2s"], capture_output=True, check=False)
        if answer.returncode == 0:
            return
        time.sleep(0.2)
    with open(log, encoding="utf-8", errors="replace") as text:
        raise RuntimeError(f"Kafka does not start:\n{text.read()[-3000:]}")
