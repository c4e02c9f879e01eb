"""The client of the ccxt benchmark that is ours; it runs in a process of its own.

It reads a line with the name of a round, runs it, and writes one with the seconds of CPU that it
took: `rest N`, `trade N`, `kline N`, `bookTicker N`. `ccxt_peer` does the same with plain ccxt.
"""

from __future__ import annotations

import sys
import time
from random import Random
from typing import Any

import trio

from ..actors.ccxt_trio.ground import Ground
from ..actors.ccxt_trio.making import open_exchange
from ..runtime.clock import LiveClock
from .ccxt_setting import SYMBOL, config, watcher


async def rest(port: int, count: int) -> float:
    """One request after the other."""
    async with trio.open_nursery() as nursery:
        ground = Ground(nursery=nursery, clock=LiveClock(), chance=Random(1))  # noqa: S311 - ids
        exchange = open_exchange("binance", ground, config(port))
        await exchange.fetch_ticker(SYMBOL)
        began = time.process_time()
        for _ in range(count):
            await exchange.fetch_ticker(SYMBOL)
        took = time.process_time() - began
        await exchange.close()
    return took


async def frames(port: int, kind: str, count: int) -> float:
    """One watcher that looks as often as it can, until all frames were parsed."""
    done = trio.Event()
    left = count

    def counted(client: Any, message: Any) -> None:
        nonlocal left
        handle(client, message)
        left -= 1
        if left == 0:
            done.set()

    async with trio.open_nursery() as nursery:
        ground = Ground(nursery=nursery, clock=LiveClock(), chance=Random(1))  # noqa: S311 - ids
        exchange = open_exchange("binance", ground, config(port))
        handle, exchange.handle_message = exchange.handle_message, counted

        async def watch() -> None:
            while True:
                await watcher(exchange, kind)

        began = time.process_time()
        nursery.start_soon(watch)
        await done.wait()
        took = time.process_time() - began
        nursery.cancel_scope.cancel()
        with trio.CancelScope(shield=True):
            await exchange.close()
    return took


def main(port: int) -> None:
    """Serve rounds until the input ends."""
    for line in sys.stdin:
        kind, count = line.split()
        if kind == "rest":
            took = trio.run(rest, port, int(count))
        else:
            took = trio.run(frames, port, kind, int(count))
        sys.stdout.write(f"{took}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
