"""The bot's process in the demo: runs the tree until it is told to stop, or killed.

    python -m benthic.cli.demo.bot SETUP      (JSON; commands on standard input, words on output)

It ends by itself when its standard input does, so that it never outlives the demo.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs
import msgspec
import trio

from ...actors.bot.config import BotConfig
from ...actors.bot.paths import Paths
from ...actors.bot.tree import Plot, account_tree
from ...actors.exchange.simulated import SimulatedConnector
from ...actors.exchange.tape import Tape
from ...actors.feeds import CandleFeed
from ...actors.matching.venue import SimulatedVenue
from ...actors.orders.evidence import Patience
from ...actors.orders.model import Order
from ...benchmarks import poison
from ...benchmarks.ladder import Ladder
from ...runtime import Child, Mailbox, Millis, Overflow, Strategy, Supervisor, System
from ...storage.opening import open_store
from ...storage.order_store import OrderStore
from ...storage.store import Store
from ..exits import PACKAGE, Ending
from ..live.protocol import from_tree
from ..live.server import serve
from .clock import PacedClock
from .market import Ticker, demo_config, demo_tape
from .witness import Ended, Say, Started, WitnessedDesk, Word, encode

PATHS: Final = Paths()
MODULE: Final = f"{PACKAGE}.cli.demo.bot"
PATIENCE: Final = Patience(fence=Millis(3_000), spacing=Millis(500))
"""The simulated venue is next door: silence proves more, and sooner."""

LIFE: Final = Millis(9_000)  # of the orders that the mode lets rest

_OUTPUT: Final = 1  # file descriptor


class Setup(msgspec.Struct, frozen=True):
    """What the bot's process is started with."""

    store: str
    socket: str
    seed: int
    rate: float
    at: Millis  # when its clock starts
    resting: tuple[Order, ...] = ()  # what lies at the venue, which did not die with the bot


def main(text: str) -> int:
    """Run the bot; the exit code."""
    setup = msgspec.json.decode(text, type=Setup)
    with Ending() as ending, open_store(Path(setup.store)) as store:
        clock = PacedClock(setup.at, setup.rate)
        trio.run(_live, setup, store, clock, clock=clock)
    return ending.code


async def _live(setup: Setup, store: OrderStore, clock: PacedClock) -> None:
    config, tape = demo_config(), demo_tape(setup.seed)
    system = System(_tree(config, tape, setup, store), clock=clock, seed=setup.seed)

    async def tree() -> Any:
        return from_tree(system.tree())

    async with trio.open_nursery() as nursery:
        await nursery.start(system.run)
        await nursery.start(partial(serve, Path(setup.socket), {"tree": tree}))
        _say(Started())
        async for command in _commands():
            if command == "crash connector":
                system.lookup(PATHS.connector).tell(poison.for_connector())
            elif command == "crash desk":
                system.lookup(PATHS.desk).tell(poison.for_desk(tape.symbol))
            else:
                break
        await system.stop()
        nursery.cancel_scope.cancel()
    _say(Ended())


def _tree(config: BotConfig, tape: Tape, setup: Setup, store: OrderStore) -> Supervisor:
    """The tree of every bot, with the demo's mode and market in it."""
    market, plot = config.market, Plot(config, PATHS, config.account.name)
    symbol = str(market.symbol)
    venue = venue_with(config, setup.resting)

    def ladder() -> Ladder:
        return Ladder(symbol, feed=PATHS.feed, desk=PATHS.desk, life=LIFE)

    newest = Mailbox(bound=4, overflow=Overflow.DROP_OLDEST)
    exchange = (
        Child("connector", lambda: SimulatedConnector(venue, [tape])),
        _witnessed(account_tree(plot, market.instrument), config, _say),
        Child("feed", lambda: CandleFeed(symbol, market.time_frame, connector=PATHS.connector)),
        Supervisor("mode", (Child("ladder", ladder, mailbox=newest),)),
        Child("ticker", lambda: Ticker(tape, feed=PATHS.feed)),
    )
    return Supervisor(
        "bot",
        (
            Child("store", lambda: Store(store)),
            Supervisor("exchange", exchange, strategy=Strategy.REST_FOR_ONE),
        ),
    )


def _witnessed(account: Supervisor, config: BotConfig, say: Say) -> Supervisor:
    """The account's unit, with a desk that says what the store acknowledges."""

    def desk() -> WitnessedDesk:
        return WitnessedDesk(
            config.account.name,
            [config.market.instrument],
            connector=PATHS.connector,
            portfolio=PATHS.portfolio,
            journal=PATHS.store,
            patience=PATIENCE,
            say=say,
        )

    children = tuple(
        attrs.evolve(child, factory=desk)
        if isinstance(child, Child) and child.name == "desk"
        else child
        for child in account.children
    )
    return attrs.evolve(account, children=children)


def venue_with(config: BotConfig, resting: tuple[Order, ...]) -> SimulatedVenue:
    """The simulated venue, on whose book these orders lie, oldest first.

    A real venue does not die with a bot. The simulated one lives in the bot's process, so its book
    is laid out again, from what was acknowledged and not from what the bot's store holds.
    """
    venue = SimulatedVenue([config.market.instrument])
    for order in resting:
        taken_at, _, _ = order.venue_id.partition("-")
        venue.submit(order, None, Millis(int(taken_at)))
    return venue


async def _commands() -> AsyncIterator[str]:
    """The lines of standard input, until it ends."""
    rest = b""
    async with trio.lowlevel.FdStream(os.dup(0)) as stream:
        async for part in stream:
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                yield line.decode()


def _say(word: Word) -> None:
    """One line on the pipe, written before the turn goes on."""
    line = encode(word) + b"\n"
    while line:
        line = line[os.write(_OUTPUT, line) :]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
