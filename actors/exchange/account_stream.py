"""The account's own stream: orders, fills and balances as the venue tells them, until it breaks.

It stands on an exchange object of its own, made anew each time, so that nothing of a broken
subscription is left in the next one. It is open once ccxt waits on a connected socket and nothing
of the log-in is under way; only then may anybody look at the account and trust that no change is
missed. Listen keys are renewed by ccxt; an expiry that comes all the same ends the stream.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

import trio

from ..ccxt_trio.upstream import errors
from .attempt import attempted
from .hearing import AccountHearing
from .line import is_mute

METHODS: Final = (
    ("watchOrders", "watch_orders"),
    ("watchMyTrades", "watch_my_trades"),
    ("watchBalance", "watch_balance"),
)
LOOK: Final = 0.05  # s between two looks at whether it is open
SETTLED: Final = 0.25  # s without a refusal after which what was subscribed counts as taken
OPENING: Final = 30.0  # s that all of it may take


class StreamEnded(Exception):
    """The account's stream is over; the connector takes it up again."""


class AccountStream:
    """One life of the stream. exchange: of its own, with markets; closed by whoever made it."""

    def __init__(self, exchange: Any, hearing: AccountHearing, symbols: Sequence[str]) -> None:
        self._exchange = exchange
        self._hearing = hearing
        self._symbols = tuple(symbols)
        self._waiting = 0  # watches that have begun

    @property
    def is_offered(self) -> bool:
        """Whether the venue tells anything of the account by itself."""
        return any(self._exchange.has.get(name) for name, _ in METHODS)

    async def run(self, opened: Callable[[], None]) -> None:
        """Keep it; call `opened` once it is open. Raises what ended it."""
        async with trio.open_nursery() as nursery:
            for name, method in METHODS:
                if self._exchange.has.get(name):
                    nursery.start_soon(self._watch, getattr(self._exchange, method), name)
            with trio.move_on_after(OPENING) as scope:
                await self._until_open()
            if scope.cancelled_caught:
                raise StreamEnded(f"the account's stream did not open within {OPENING:g} s")
            opened()
            while True:
                await trio.sleep(2)
                self._check()

    async def _watch(self, method: Callable[..., Awaitable[Any]], name: str) -> None:
        if name == "watchBalance":
            await _again_and_again(method)
        first = await attempted(method)
        if isinstance(first, errors.ArgumentsRequired):
            async with trio.open_nursery() as nursery:
                for symbol in self._symbols:
                    nursery.start_soon(_again_and_again, partial(method, symbol))
        if isinstance(first, Exception):
            raise first
        await _again_and_again(method)

    async def _until_open(self) -> None:
        quiet = 0.0
        while quiet < SETTLED:
            await trio.sleep(LOOK)
            self._check()
            quiet = quiet + LOOK if is_listening(self._exchange) else 0.0

    def _check(self) -> None:
        if self._hearing.is_expired:
            raise StreamEnded("the venue ended the account's stream")
        now = self._exchange.milliseconds()
        if self._exchange.has.get("watchOrders") and self._hearing.is_deaf(now):
            raise StreamEnded("an order was taken, and the account's stream does not tell of it")
        for client in self._exchange.clients.values():
            if client.connection is not None and is_mute(self._exchange.id, client.spoken_at, now):
                raise StreamEnded("the venue says nothing any more, though its socket is open")


async def _again_and_again(method: Callable[[], Awaitable[Any]]) -> None:
    while True:
        await method()
        await trio.lowlevel.checkpoint()


def is_listening(exchange: Any) -> bool:
    """Whether an exchange waits for what comes, and for nothing before that.

    Log-ins wait under a hash that names them, and requests under their number.
    """
    clients = list(exchange.clients.values())
    waited = [
        each for client in clients for each in client.futures if client.connection is not None
    ]
    if not waited or any(client.connecting for client in clients):
        return False
    names = [str(each) for client in clients for each in client.futures]
    return not any(name.isdecimal() or "authenticat" in name.lower() for name in names)
