"""What REST calls give is what an unmodified ccxt gives, and the same number kept as text."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

from . import answers, feed
from .standing import answered, exchange_of, head_of, run, server

PLAIN = Path(__file__).with_name("plain_rest.py")
OWN_TIMES = {"timestamp", "datetime"}  # where a venue tells none, ccxt takes its own clock


async def venue_on(stream: trio.SocketStream, venue: str) -> None:
    """Answer each request by its target; its body is read and dropped."""
    while True:
        head, _, rest = (await head_of(stream)).partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        lengths = [line for line in lines if line.lower().startswith("content-length:")]
        left = int(lengths[0].partition(":")[2]) - len(rest) if lengths else 0
        while left > 0:
            left -= len(await stream.receive_some(left))
        await stream.send_all(answered(answers.body(venue, lines[0].split()[1]).encode()))


async def asked(venue: str, port: int, **more: Any) -> dict[str, Any]:
    """What ours is answered."""
    async with exchange_of(venue, {**answers.config(venue), **more}) as exchange:
        exchange.urls = feed.point(exchange.urls, port)
        told = {
            name: await method(*arguments)
            for name, method, arguments in answers.calls(exchange, venue)
        }
        found: dict[str, Any] = json.loads(json.dumps(told))
        return found


def without(told: Any, names: set[str]) -> Any:
    """The same without some fields, wherever they stand."""
    if isinstance(told, dict):
        return {key: without(value, names) for key, value in told.items() if key not in names}
    return [without(each, names) for each in told] if isinstance(told, list) else told


def as_numbers(texts: Any, numbers: Any) -> Any:
    """Texts become numbers where the other side has numbers."""
    if isinstance(texts, dict) and isinstance(numbers, dict):
        return {key: as_numbers(value, numbers.get(key)) for key, value in texts.items()}
    if isinstance(texts, list) and isinstance(numbers, list) and len(texts) == len(numbers):
        return [as_numbers(one, other) for one, other in zip(texts, numbers, strict=True)]
    is_number = isinstance(numbers, int | float) and not isinstance(numbers, bool)
    return float(texts) if isinstance(texts, str) and is_number else texts


@pytest.mark.parametrize("venue", answers.VENUES)
def test_rest_calls_give_what_ccxt_gives_and_text_where_text_is_wanted(venue: str) -> None:
    async def compare() -> None:
        async with server(partial(venue_on, venue=venue)) as port:
            child = await trio.run_process(
                [sys.executable, str(PLAIN), venue, str(port)],
                capture_stdout=True,
                stderr=subprocess.DEVNULL,
            )
            theirs = json.loads(child.stdout)
            ours = await asked(venue, port)
            exact = await asked(venue, port, number=str)

        assert len(theirs) == 8
        assert all(theirs.values())
        assert theirs["fetch_ticker"]["last"] == 60000.1
        assert theirs["create_order"]["id"] in {"42", "OQ"}
        assert without(ours, OWN_TIMES) == without(theirs, OWN_TIMES)
        assert without(as_numbers(exact, theirs), OWN_TIMES) == without(theirs, OWN_TIMES)
        if venue not in {"htx", "kraken"}:
            assert exact["fetch_my_trades"][0]["amount"] == "0.12345678"
        assert exact["fetch_balance"]["BTC"]["total"] in WHOLE

    run(compare)


WHOLE = {answers.LONG, "123456789.223456789", "7.5", "7.6"}
"""What the account has of BTC, to the last digit, with or without what is locked."""
