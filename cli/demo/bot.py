"""The bot's process in the demo: a live bot, as `benthic run` has it, until it is told to stop.

    python -m benthic.cli.demo.bot SETUP      (JSON; commands on standard input, words on output)

The venue's addresses and the key come in the environment. It ends by itself when its standard
input does, so that it never outlives the demo.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import trio

from ...actors.bot.builder import Bot, ExchangeBuilder
from ...actors.bot.credentials import venue_settings
from ...actors.bot.messages import GetOpening
from ...actors.bot.venue_contexts import live
from ...benchmarks import poison
from ...benchmarks.ladder import Ladder
from ...runtime import Child, Mailbox, Millis, Overflow, StartChild, System
from ...storage.opening import open_store
from ...storage.order_store import OrderStore
from ..exits import PACKAGE, Ending
from ..live.protocol import from_tree
from ..live.server import serve
from .botfile import SYMBOL, demo_config
from .clock import PacedClock
from .witness import Ended, Started, WitnessedStore, Word, encode, told

MODULE: Final = f"{PACKAGE}.cli.demo.bot"
LIFE: Final = Millis(15_000)  # of the orders that the ladder lets rest
LOOK: Final = 0.5  # s of the bot's time between two looks whether it is open

_OUTPUT: Final = 1  # file descriptor


class Setup(msgspec.Struct, frozen=True):
    """What the bot's process is started with."""

    store: str
    socket: str
    rate: float  # seconds of the bot's time for each of the host's
    at: Millis  # when its clock starts


def main(text: str) -> int:
    """Run the bot; the exit code."""
    setup = msgspec.json.decode(text, type=Setup)
    with Ending() as ending, open_store(Path(setup.store)) as store:
        clock = PacedClock(setup.at, setup.rate)
        trio.run(_live, setup, store, clock, clock=clock)
    return ending.code


def _bot(setup: Setup, store: OrderStore) -> Bot:
    config = demo_config(os.environ, Path(setup.store))
    settings = venue_settings(config, os.environ, file="the demo's bot file")
    builder = ExchangeBuilder(config).in_context(live(settings)).told_to(told(_say))
    return builder.with_store(lambda: WitnessedStore(store, _say)).build()


async def _live(setup: Setup, store: OrderStore, clock: PacedClock) -> None:
    bot = _bot(setup, store)
    system = System(bot.root, clock=clock)

    async def tree() -> Any:
        return from_tree(system.tree())

    async with trio.open_nursery() as nursery:
        await nursery.start(system.run)
        await nursery.start(partial(serve, Path(setup.socket), {"tree": tree}))
        nursery.start_soon(_let_trade, system, bot)
        async for command in _commands():
            if command == "crash connector":
                system.lookup(bot.paths.connector).tell(poison.for_connector())
            elif command == "crash desk":
                system.lookup(bot.paths.desk).tell(poison.for_desk(SYMBOL))
            else:
                break
        await system.stop()
        nursery.cancel_scope.cancel()
    _say(Ended())


async def _let_trade(system: System, bot: Bot) -> None:
    """Once the bot has opened, let a ladder trade in it."""
    opening = system.lookup(bot.paths.opening)
    while (await opening.ask(GetOpening())).state != "open":  # noqa: ASYNC110 - an actor's state
        await trio.sleep(LOOK)

    def ladder() -> Ladder:
        return Ladder(SYMBOL, feed=bot.paths.feed(SYMBOL), desk=bot.paths.desk, life=LIFE)

    newest = Mailbox(bound=4, overflow=Overflow.DROP_OLDEST)
    child = Child("ladder", ladder, mailbox=newest)
    await system.lookup(bot.paths.mode).ask(StartChild(child))
    _say(Started())


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
