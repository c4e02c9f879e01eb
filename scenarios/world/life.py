"""One life of a bot's process: from its start to its stop, its crash or its kill.

A killed process is cut off from disk and network in the same instant; what its actors still do
then reaches nobody, and they are taken away in the background.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import attrs
import outcome
import trio

from ...actors.bot.bans import SharedBans
from ...actors.bot.builder import Bot, ExchangeBuilder
from ...actors.bot.chronicle import Say
from ...actors.bot.config import BotConfig, Seed
from ...actors.bot.root import root_tree
from ...actors.bot.venue_contexts import simulation
from ...actors.exchange.bans import RecallBans
from ...actors.exchange.settings import VenueSettings
from ...actors.orders.journal import Commit
from ...runtime import Millis, Schedule, System
from ...runtime.errors import SupervisionError
from ...storage.environment import Durability
from ...storage.opening import open_store
from ...storage.order_store import OrderStore
from ...storage.verification import inspect_here
from .botfile import Trade, config_of
from .clock import HostClock
from .disk import WatchedStore, Writer
from .findings import is_interrupt
from .turns import Turns
from .uplink import Ports

Tamper = Callable[[Commit], Commit]
STRIDE: Final = 1_000_003  # between the seeds of two lives


@attrs.frozen(kw_only=True)
class Berth:
    """What every life of one bot is made of."""

    config: BotConfig
    settings: VenueSettings
    clock: HostClock
    say: Say
    tamper: Tamper | None = None

    def with_file(self, pair: str, mode: Mapping[str, object]) -> Berth:
        """The same with another bot file."""
        bot, account = self.config.bot, str(self.config.account.name)
        trade = Trade(pair=pair, account=account, mode=mode)
        file = config_of(str(bot.name), trade, seed=bot.seed)
        return attrs.evolve(self, config=file)

    def secrets(self) -> tuple[str, ...]:
        """What must never be written anywhere."""
        credentials = self.settings.credentials
        if credentials is None:
            return ()
        return (credentials.key.reveal(), credentials.secret.reveal())


class Life:
    """One life. Get one from `begin`, and run it in a nursery."""

    def __init__(
        self, berth: Berth, number: int, ports: Ports, writer: Writer, turns: Turns
    ) -> None:
        self.number = number
        self.began = Millis(berth.clock.time)
        self.ports = ports
        self.writer = writer
        self.turns = turns
        self.ended = trio.Event()
        self.error: BaseException | None = None  # why it ended by itself
        self.is_over = False  # to everybody else
        self.left_open = 0  # connections that an end in order left behind
        self._order_store: OrderStore | None = open_store(
            writer.disk.folder,
            inspector=inspect_here,
            map_size=writer.disk.map_size,
            durability=Durability.NONE,
        )
        self.bot = self._built(berth, self._order_store)
        self.system = self._system(berth, self._order_store)

    @property
    def died_of(self) -> str:
        """Why it ended by itself, in words; empty where it did not."""
        error = self.error
        while isinstance(error, SupervisionError) and error.__cause__ is not None:
            error = error.__cause__
        return "" if error is None else f"{type(error).__name__}: {error}"

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Live; ends once nothing of it is left. What it died of is in `error`."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._live, nursery.cancel_scope)
            task_status.started()

    async def stop(self) -> None:
        """End in order."""
        await self.system.stop()
        await self.ended.wait()

    def kill(self) -> None:
        """End it here and now."""
        if not self.is_over:
            self.is_over = True
            self.writer.die()
            self.ports.close()
            self.close_store()

    def close_store(self) -> None:
        """Let the next life have the disk."""
        store, self._order_store = self._order_store, None
        if store is not None:
            store.close()

    async def _live(self, scope: trio.CancelScope) -> None:
        result = await outcome.acapture(self.system.run)
        error = result.error if isinstance(result, outcome.Error) else None
        was_over = self.is_over
        if error is None and not was_over:
            self.left_open = self.ports.connections
        self._end()
        if error is not None and is_interrupt(error):
            raise error
        if not was_over:
            if isinstance(error, trio.Cancelled):
                raise error
            self.error = error
        scope.cancel()

    def _end(self) -> None:
        self.is_over = True
        self.writer.die()
        self.ports.close()
        self.close_store()
        self.ended.set()

    def _built(self, berth: Berth, order_store: OrderStore) -> Bot:
        config = attrs.evolve(
            berth.config,
            bot=attrs.evolve(
                berth.config.bot, seed=Seed(berth.config.bot.seed + STRIDE * self.number)
            ),
        )
        context = simulation(berth.settings, self.ports, start=berth.clock.now())
        store = partial(WatchedStore, order_store, self.writer, berth.tamper)
        builder = ExchangeBuilder(config).in_context(context).with_store(store)
        return builder.told_to(berth.say).build()

    def _system(self, berth: Berth, order_store: OrderStore) -> System:
        bot = self.bot
        (known,) = order_store.write([RecallBans(berth.clock.now())])
        bans = known if isinstance(known, tuple) else ()
        root = root_tree(
            [berth.settings],
            [bot.tree],
            bans=partial(SharedBans, bans, [bot.paths.store]),
        )
        return System(
            root,
            clock=berth.clock,
            seed=bot.config.bot.seed,
            schedule=Schedule.SHUFFLE,
            trace=self.turns.trace,
        )
