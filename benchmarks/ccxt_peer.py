"""The other client of the ccxt benchmark: ccxt as it is, on asyncio, in a process of its own.

Nothing of benthic's runtime is loaded there. It is asked as `ccxt_ours` is.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any, Final

import ccxt.pro

from .ccxt_setting import SYMBOL, config, watcher

# Of another process, in which nothing of ours runs: no module of benthic may import it.
asyncio: Final[Any] = import_module("asyncio")


async def rest(port: int, count: int) -> float:
    """One request after the other."""
    exchange = ccxt.pro.binance(config(port))
    await exchange.fetch_ticker(SYMBOL)
    began = time.process_time()
    for _ in range(count):
        await exchange.fetch_ticker(SYMBOL)
    took = time.process_time() - began
    await exchange.close()
    return took


async def frames(port: int, kind: str, count: int) -> float:
    """One watcher that looks as often as it can, until all frames were parsed."""
    exchange: Any = ccxt.pro.binance(config(port))
    handle, done = exchange.handle_message, asyncio.Event()
    left = count

    def counted(client: Any, message: Any) -> None:
        nonlocal left
        handle(client, message)
        left -= 1
        if left == 0:
            done.set()

    exchange.handle_message = counted

    async def watch() -> None:
        while True:
            await watcher(exchange, kind)

    began = time.process_time()
    watching = asyncio.create_task(watch())
    await done.wait()
    took = time.process_time() - began
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await exchange.close()
    return took


def main(port: int) -> None:
    """Serve rounds until the input ends."""
    for line in sys.stdin:
        kind, count = line.split()
        if kind == "rest":
            took = asyncio.run(rest(port, int(count)))
        else:
            took = asyncio.run(frames(port, kind, int(count)))
        sys.stdout.write(f"{took}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
