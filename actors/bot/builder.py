"""ExchangeBuilder: the only way from a bot file to a bot.

bot = ExchangeBuilder(load_config(path)).in_context(backtest(tape)).build()
bot.tree          # to embed: System(bot.tree, …)
bot.system()      # or with the clock, seed and schedule of its context
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Self, TypeVar

import attrs

from ...runtime import (
    Actor,
    Millis,
    Ref,
    Supervisor,
    System,
    Trace,
    UsageError,
    VirtualClock,
    run_virtual,
)
from ..exchange.replay import replay
from ..market.candle import Candle
from ..orders.journal import JournalMemory, MemoryJournal
from .config import BotConfig
from .contexts import Replayed
from .tree import FEED, Factory, bot_tree

R = TypeVar("R")


@attrs.frozen
class Bot:
    """A bot that is ready to run, once."""

    config: BotConfig
    context: Replayed
    tree: Supervisor
    memory: JournalMemory | None  # the order journal, where it lies in memory

    def system(self, *, trace: Trace | None = None) -> System:
        """The System of its context: run it with `trio.run(main, clock=system.clock)`."""
        return System(
            self.tree,
            clock=VirtualClock(self.context.start),
            seed=self.config.bot.seed,
            schedule=self.context.schedule,
            trace=trace,
        )

    def run(self, story: Callable[[System], Awaitable[R]], *, trace: Trace | None = None) -> R:
        """Start it, let `story(system)` happen to it in virtual time, and stop it."""
        return run_virtual(
            self.tree,
            story,
            seed=self.config.bot.seed,
            schedule=self.context.schedule,
            start=self.context.start,
            trace=trace,
        )

    def events(self, system: System) -> Iterator[tuple[Millis, Ref, Candle]]:
        """What its market does, for `system.replay`; ask once the System has started."""
        return replay((self.context.tape, system.lookup(FEED)))


class ExchangeBuilder:
    """Collects what a bot is made of, refuses what does not fit, and builds it."""

    def __init__(self, config: BotConfig) -> None:
        self._config = config
        self._context: Replayed | None = None
        self._store: Factory | None = None

    def in_context(self, context: Replayed) -> Self:
        """Say where the bot runs. Raises UsageError where the tape is not of its market."""
        market, tape = self._config.market, context.tape
        if tape.symbol != str(market.symbol) or tape.frame != market.time_frame:
            raise UsageError(
                f"the bot trades {market.symbol} on {market.time_frame} candles, and these are "
                f"{tape.frame} candles of {tape.symbol}: give it others, or change its [market]"
            )
        self._context = context
        return self

    def with_store(self, store: Factory) -> Self:
        """Keep the orders in another store than memory; makes an actor for the journal's words."""
        self._store = store
        return self

    def build(self) -> Bot:
        """The bot. Raises UsageError where it was not said in which context it runs."""
        config, context = self._config, self._context
        if context is None:
            raise UsageError("a bot runs somewhere: call in_context(backtest(tape)) first")
        memory, store = None, self._store
        if store is None:
            memory = JournalMemory()
            store = partial(MemoryJournal, memory)
        connector, patience = context.connector(config), context.patience
        tree = bot_tree(config, store=store, connector=connector, patience=patience)
        return Bot(config, context, tree, memory)

    def plan(self) -> Supervisor:
        """The tree that `build` would make, to be looked at: it cannot run."""
        return bot_tree(self._config, store=_unbuilt, connector=_unbuilt)


def _unbuilt() -> Actor:
    raise UsageError("this tree is a plan: build the bot in a context to run it")
