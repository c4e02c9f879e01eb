"""ExchangeBuilder: the only way from a bot file to a bot, in every context.

bot = ExchangeBuilder(load_config(path)).in_context(backtest(tape)).build()
bot.tree          # to embed: System(bot.tree, …)
bot.system()      # or with the clock, seed and schedule of its context
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Self, TypeVar

import attrs

from ...runtime import (
    Actor,
    Child,
    Clock,
    Millis,
    Ref,
    Supervisor,
    System,
    Trace,
    UsageError,
    run_virtual,
)
from ..exchange.replay import replay
from ..exchange.tape import Tape
from ..feeds.higher_frames import FramesDoNotFit, fits
from ..market.candle import Candle
from ..orders.groups import GROUP_RULES, GroupRule
from ..orders.journal import JournalMemory, MemoryJournal
from ..orders.trailing import NO_RULES, TrailingRule
from .chronicle import Say
from .config import BotConfig
from .contexts import AtVenue, Replayed
from .paths import Paths, paths_of
from .plot import Factory, OwnRules, Plot
from .root import root_tree
from .tree import bot_tree, known_exchange
from .venue_plan import account_at, chronicle, planned_exchange

R = TypeVar("R")


@attrs.frozen
class Bot:
    """A bot that is ready to run, once."""

    config: BotConfig
    context: Replayed | AtVenue
    paths: Paths
    account: str  # its name in the journal
    tree: Supervisor  # of this bot alone
    memory: JournalMemory | None  # the order journal, where it lies in memory

    @property
    def root(self) -> Supervisor:
        """The whole tree of a System in which no other bot is."""
        if isinstance(self.context, Replayed):
            return self.tree
        return root_tree([self.context.settings], [self.tree])

    @property
    def tape(self) -> Tape:
        """What it is run over. Raises UsageError where it trades at a venue."""
        if isinstance(self.context, Replayed):
            return self.context.tape
        raise UsageError(f"{self.config.bot.name} trades at a venue: there is no tape to run over")

    @property
    def seed(self) -> int | None:
        """Of all chance; None, from the host, where ids must never come again."""
        is_real = isinstance(self.context, AtVenue) and self.context.start is None
        return None if is_real else self.config.bot.seed

    def system(self, *, clock: Clock | None = None, trace: Trace | None = None) -> System:
        """The System of its context: run it with `trio.run(main, clock=system.clock)`.

        Live and on paper trio needs no clock: `trio.run(main)`. clock: one that is shared, as a
        simulated exchange shares the bot's; the context's own where None.
        """
        context = self.context
        clock = context.clock() if clock is None else clock
        return System(
            self.root, clock=clock, seed=self.seed, schedule=context.schedule, trace=trace
        )

    def run(self, story: Callable[[System], Awaitable[R]], *, trace: Trace | None = None) -> R:
        """Start it, let `story(system)` happen to it in virtual time, and stop it."""
        start = self.context.start
        if start is None:
            raise UsageError("this bot trades in real time: run it with `benthic run`")
        return run_virtual(
            self.root,
            story,
            seed=self.config.bot.seed,
            schedule=self.context.schedule,
            start=start,
            trace=trace,
        )

    def events(self, system: System) -> Iterator[tuple[Millis, Ref, Candle]]:
        """What its market does, for `system.replay`; ask once the System has started."""
        return replay((self.tape, system.lookup(self.paths.feed(self.tape.symbol))))


class ExchangeBuilder:
    """Collects what a bot is made of, refuses what does not fit, and builds it."""

    def __init__(self, config: BotConfig) -> None:
        self._config = config
        self._context: Replayed | AtVenue | None = None
        self._store: Factory | None = None
        self._say: Say | None = None
        self._rules = OwnRules()

    def in_context(self, context: Replayed | AtVenue) -> Self:
        """Say where the bot runs. Raises UsageError where that does not fit its file."""
        if isinstance(context, Replayed):
            self._require_replayable(context.tape)
        elif self._config.exchange is None:
            raise UsageError("the bot file names no venue: add [exchange]")
        elif context.name == "paper" and not self._config.account.deposits:
            raise UsageError("[account] deposits: say what the account on paper starts with")
        self._context = context
        return self

    def with_store(self, store: Factory) -> Self:
        """Keep the orders in another store than memory; makes an actor for the journal's words."""
        self._store = store
        return self

    def with_rules(
        self,
        *,
        groups: Mapping[str, GroupRule] = MappingProxyType({}),
        trails: Mapping[str, TrailingRule] = NO_RULES,
    ) -> Self:
        """Know rules of yours for groups and for stops that trail, by the names that drafts use.

        Raises UsageError where a name is taken.
        """
        if taken := sorted(GROUP_RULES.keys() & groups.keys()):
            raise UsageError(f"group rule {taken[0]!r} is there already: give yours another name")
        known = MappingProxyType({**GROUP_RULES, **groups})
        self._rules = OwnRules(known, MappingProxyType(dict(trails)))
        return self

    def told_to(self, say: Say) -> Self:
        """Have what happens to the bot told, where it trades at a venue; see `chronicle`."""
        self._say = say
        return self

    def build(self) -> Bot:
        """The bot. Raises UsageError where its context was not said, or the store of a live one."""
        config, context = self._config, self._context
        if context is None:
            raise UsageError("a bot runs somewhere: call in_context(backtest(tape)) first")
        memory, store = None, self._store
        if store is None:
            if isinstance(context, AtVenue) and context.name == "live":
                raise UsageError("a live bot forgets no order: call with_store(…) first")
            memory = JournalMemory()
            store = partial(MemoryJournal, memory)
        more: list[Child] = []
        if isinstance(context, Replayed):
            plot = Plot(config, Paths(), config.account.name, self._rules)
            instrument = config.market.instrument
            connector = context.connector(config)
            exchange = known_exchange(
                plot, connector=connector, instrument=instrument, patience=context.patience
            )
        else:
            account = account_at(config, context.name)
            plot = Plot(config, paths_of(config.bot.name), account, self._rules)
            exchange = context.plant(plot, context)
            if self._say is not None:
                more.append(chronicle(plot, context, self._say))
        tree = bot_tree(plot, store=store, exchange=exchange, more=more)
        return Bot(config, context, plot.paths, plot.account, tree, memory)

    def plan(self) -> Supervisor:
        """The tree that `build` would make, to be looked at: it cannot run."""
        config = self._config
        plot = Plot(config, Paths(), config.account.name)
        return bot_tree(plot, store=_unbuilt, exchange=planned_exchange(plot, _unbuilt))

    def _require_replayable(self, tape: Tape) -> None:
        market = self._config.market
        if tape.symbol != str(market.symbol) or tape.frame != market.time_frame:
            raise UsageError(
                f"the bot trades {market.symbol} on {market.time_frame} candles, and these are "
                f"{tape.frame} candles of {tape.symbol}: give it others, or change its [market]"
            )
        for frame in self._config.frames[1:]:
            if not fits(market.time_frame, frame):
                raise FramesDoNotFit(market.time_frame, frame)
        market.instrument  # noqa: B018 - raises where only a venue could tell it
        if not self._config.account.deposits:
            raise UsageError(
                "a backtest needs to know what the account starts with: add deposits to [account]"
            )


def _unbuilt() -> Actor:
    raise UsageError("this tree is a plan: build the bot in a context to run it")
