"""A bare echo of trio's over loopback, asked again and again: what a soak is measured beside.

The server is a process of its own. It goes on until standard input ends, and then says the p99 of
the round trips, in seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from time import perf_counter
from typing import Final

import trio

from .histogram import Histogram

MESSAGE: Final = b"x" * 150  # bytes, as a trade's frame
PAUSE: Final = 0.01  # s between two round trips
SERVER: Final = "server"


async def serve() -> None:
    """Say back what is said."""
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    sys.stdout.write(f"{listeners[0].socket.getsockname()[1]}\n")
    sys.stdout.flush()
    await trio.serve_listeners(_echo, listeners)


async def _echo(stream: trio.SocketStream) -> None:
    while data := await stream.receive_some(65_536):
        await stream.send_all(data)


async def ask(port: int) -> None:
    """Time round trips until standard input ends."""
    seen = Histogram()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_ask, port, seen)
        async with trio.lowlevel.FdStream(os.dup(0)) as stream:
            async for _ in stream:
                pass
        nursery.cancel_scope.cancel()
    sys.stdout.write(f"{seen.quantile(0.99)}\n")


async def _ask(port: int, seen: Histogram) -> None:
    stream = await trio.open_tcp_stream("127.0.0.1", port)
    async with stream:
        while True:
            began = perf_counter()
            await stream.send_all(MESSAGE)
            left = len(MESSAGE)
            while left:
                left -= len(await stream.receive_some(left))
            seen.add(perf_counter() - began)
            await trio.sleep(PAUSE)


def main(role: str = "") -> None:
    """Serve, or start a server and ask it."""
    if role == SERVER:
        trio.run(serve)
        return
    command = [sys.executable, "-m", f"{__package__}.soak_echo", SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            trio.run(ask, int(server.stdout.readline() if server.stdout else 0))
        finally:
            server.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
