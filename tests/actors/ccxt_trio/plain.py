"""A child process: ccxt as it is, on asyncio, watching what the test's server sends.

`python plain.py VENUE PORT` prints the state that it ends with, as one line of JSON.
"""

import asyncio  # noqa: TID251 - a process of its own, in which nothing of ours runs
import json
import sys
from importlib import import_module
from typing import Any

import ccxt.pro

feed: Any = import_module("feed")  # beside this file, which is run as a script


async def main(venue: str, port: int) -> None:
    exchange = getattr(ccxt.pro, venue)(feed.config(venue))
    exchange.urls = feed.point(exchange.urls, port)
    handle, done = exchange.handle_message, asyncio.Event()
    left = feed.wanted(venue)

    def counted(client: object, message: object) -> None:
        nonlocal left
        handle(client, message)
        left -= 1
        if left == 0:
            done.set()

    exchange.handle_message = counted
    tasks = [
        asyncio.ensure_future(method(*arguments))
        for method, arguments in feed.watches(exchange, venue)
    ]
    await done.wait()
    await asyncio.gather(*tasks)
    sys.stdout.write(json.dumps(feed.state(exchange, venue)) + "\n")
    await exchange.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
