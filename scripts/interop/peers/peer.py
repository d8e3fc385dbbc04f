"""What the Python peers have in common: one JSON question a line on stdin, one JSON answer a line on stdout.

hello                                                  -> {"version": text, "codecs": [...], "lacks": [...]}
produce  brokers topic codec acks idempotent records   -> {}
consume  brokers topic partitions                      -> {"records": [...]}   from the beginning to the present end
learn    brokers topic values                          -> {"values": [...]}    what the first page of a tutorial does
group    brokers topic group count                     -> {"records": [...]}   joins, reads count records, commits, leaves
member   brokers topic group protocol                  reads and commits until it is killed, and says so line by line:
                                                       {"read": [[p, o]...]}, {"committed": true}, {"lost": why}

A record is {"p": partition, "o": offset, "t": ms, "k": base64 or null, "v": the same, "h": [[name, base64 or null]]}.
A failure is {"error": text}. "lacks" names what this client cannot say; see cases.py. "protocols" of groups that it
speaks, besides "classic", are in its hello.
"""

import base64
import inspect
import json
import sys
import traceback


def encode(data):
    return None if data is None else base64.b64encode(data).decode()


def decode(text):
    return None if text is None else base64.b64decode(text)


def record(partition, offset, time, key, value, headers):
    return {"p": partition, "o": offset, "t": time, "k": encode(key), "v": encode(value),
            "h": [[name, encode(data)] for name, data in headers or []]}


def serve(operations):
    """operations: name -> function of the question's other members; it returns the answer."""
    out = sys.stdout
    sys.stdout = sys.stderr  # what a library prints is no answer
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = operations[question.pop("op")](**question)
            if inspect.isgenerator(answer):
                for event in answer:
                    print(json.dumps(event), file=out, flush=True)
                continue
        except Exception as error:  # whatever a client throws is its answer
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer or {}), file=out, flush=True)
