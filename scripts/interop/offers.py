#!/usr/bin/env python3
"""Which APIs a broker offers: offers.py HOST:PORT prints their keys; a case of an API that is not offered is not run."""

import socket
import struct
import sys

JOIN_GROUP = 11


def offered(broker):
    """The keys of ApiVersions v0, which every broker answers."""
    host, port = broker.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        request = struct.pack(">hhih", 18, 0, 1, -1)
        connection.sendall(struct.pack(">i", len(request)) + request)
        with connection.makefile("rb") as answers:
            size, = struct.unpack(">i", answers.read(4))
            answer = answers.read(size)
    _correlation_id, error, count = struct.unpack_from(">ihi", answer)
    if error:
        raise RuntimeError(f"ApiVersions: error {error}")
    return {struct.unpack_from(">h", answer, 10 + 6 * n)[0] for n in range(count)}


if __name__ == "__main__":
    print(*sorted(offered(sys.argv[1])))
