"""A child process: ccxt as it is, on asyncio, asking what the test's server answers.

`python plain_rest.py VENUE PORT` prints what it was answered, as one line of JSON.
"""

import asyncio  # noqa: TID251 - a process of its own, in which nothing of ours runs
import json
import sys
from importlib import import_module
from typing import Any

import ccxt.pro

answers: Any = import_module("answers")  # beside this file, which is run as a script
feed: Any = import_module("feed")


async def main(venue: str, port: int) -> None:
    exchange = getattr(ccxt.pro, venue)(answers.config(venue))
    exchange.urls = feed.point(exchange.urls, port)
    told = {
        name: await method(*arguments) for name, method, arguments in answers.calls(exchange, venue)
    }
    sys.stdout.write(json.dumps(told) + "\n")
    await exchange.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
