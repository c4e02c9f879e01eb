"""What an exchange remembers after thousands of frames is what an unmodified ccxt remembers."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio
from wsproto import events

from . import feed
from .standing import accepted, answered, exchange_of, head_of, run, server

PLAIN = Path(__file__).with_name("plain.py")


async def venue_on(stream: trio.SocketStream, venue: str) -> None:
    """Answer REST with the book, and WebSockets with what they subscribe to."""
    while True:
        head = await head_of(stream)
        if b"upgrade: websocket" not in head.lower():
            await stream.send_all(answered(feed.snapshot().encode()))
            continue
        socket = await accepted(stream, head)
        while True:
            event = await socket.next()
            if isinstance(event, events.CloseConnection):
                return
            if isinstance(event, events.TextMessage):
                await socket.send(*feed.answer(venue, event.data))


async def watched(venue: str, port: int) -> dict[str, Any]:
    """The state of ours after all frames."""
    done = trio.Event()
    left = feed.wanted(venue)
    async with exchange_of(venue, feed.config(venue)) as exchange:
        exchange.urls = feed.point(exchange.urls, port)
        handle = exchange.handle_message

        def counted(client: Any, message: Any) -> None:
            nonlocal left
            handle(client, message)
            left -= 1
            if left == 0:
                done.set()

        exchange.handle_message = counted
        async with trio.open_nursery() as nursery:
            for method, arguments in feed.watches(exchange, venue):
                nursery.start_soon(method, *arguments)
            await done.wait()
        return feed.state(exchange, venue)


@pytest.mark.parametrize("venue", feed.VENUES)
def test_three_thousand_frames_leave_the_state_that_ccxt_leaves(venue: str) -> None:
    async def compare() -> None:
        async with server(partial(venue_on, venue=venue)) as port:
            child = await trio.run_process(
                [sys.executable, str(PLAIN), venue, str(port)],
                capture_stdout=True,
                stderr=subprocess.DEVNULL,
            )
            theirs = json.loads(child.stdout)
            ours = await watched(venue, port)

        kinds = {"trades", "candles", "tickers"} | ({"books"} if venue != "htx" else set())
        assert {kind for kind in kinds if theirs[kind]} == kinds
        assert len(theirs["trades"]) == feed.EACH
        assert ours == theirs

    run(compare)
