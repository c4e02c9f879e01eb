"""One whole bot of a world: real actors, a real connector, a real store; and what is done to it.

It outlives its process: books, disk and network are those of its host.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import attrs
import trio

from ...actors.bot.config import Level
from ...actors.bot.paths import Paths
from ...actors.exchange.gate import GetGate, Obstacle
from ...actors.market.side import Purpose, Side
from ...actors.orders.journal import Commit, Snapshot
from ...actors.orders.messages import CancelOrder, ListOpenOrders, PlaceOrder
from ...actors.orders.model import Order
from ...actors.portfolio.messages import GetBooks
from ...actors.portfolio.model import Balance
from ...runtime import Ask, Millis, Ref, System
from ...runtime.errors import SupervisionError
from .armed import FaultList
from .books import Books
from .clock import HostClock
from .disk import Disk, Phase, Writer
from .hearing import Hearing, Told
from .host import HostDisk
from .life import Berth, Life
from .mover import Mover
from .network import HostNetwork
from .oracle import Oracle
from .places import caller
from .timeline import Kind, Timeline
from .turns import Crash, Turns
from .uplink import Ports, Uplink

LOOK: Final = 0.2  # s between two looks
PATIENCE: Final = Millis(120_000)  # for an order to be answered

Part = Literal["connector", "gate", "portfolio", "desk", "feed", "producer", "consumer", "store"]


class Around(Protocol):
    """The world, as far as a bot needs it."""

    is_settled: bool
    mover: Mover
    faults: FaultList
    timeline: Timeline

    def committed(self, bot: WorldBot, /) -> None:
        """A commit of the bot's is durable."""
        ...

    def stuck(self, bot: WorldBot) -> None:
        """The bot takes turns without end, and time does not move."""
        ...


class WorldBot:
    """A bot and its host. Get one from `world.start_bot`."""

    def __init__(  # noqa: PLR0913 - all that a host has
        self,
        around: Around,
        berth: Berth,
        *,
        host: HostClock,
        uplink: Uplink,
        oracle: Oracle,
        folder: Path,
        looks: Callable[[], tuple[int, ...]],
        nursery: trio.Nursery,
    ) -> None:
        self.name = str(berth.config.bot.name)
        self.books = Books()
        self.oracle = oracle
        self._hearing = Hearing(self._now, self._note, looks)
        self.lives: list[Life] = []
        self.doubted_since: dict[str, Millis] = {}  # of orders that are unknown, by id
        self._placed_in: dict[str, tuple[int, Millis]] = {}
        self.first_market = oracle.market  # its rules when the bot was made
        self.uplink = uplink
        self._around = around
        self._berth, self._clock, self._nursery = berth, host, nursery
        self._disk = Disk(folder)
        self._wanted = False  # whether it should be running
        self.network = HostNetwork(uplink, around.faults, self._now, self.name)
        self.disk = HostDisk(self._disk, around.faults, self._now, self.name)

    # -- its process

    @property
    def life(self) -> Life | None:
        """The life that goes on; None where it is down."""
        life = self.lives[-1] if self.lives else None
        return None if life is None or life.is_over else life

    @property
    def is_running(self) -> bool:
        """Whether it lives."""
        return self.life is not None

    @property
    def paths(self) -> Paths:
        """Where its actors are."""
        return self.lives[-1].bot.paths

    @property
    def system(self) -> System:
        """The System of its latest life."""
        return self.lives[-1].system

    async def start(self) -> None:
        """Start its process, on what its disk holds; nothing where it runs. Raises StoreError."""
        self._wanted = True
        if self.is_running:
            return
        number = len(self.lives)
        say = partial(self._say, number + 1)
        writer = Writer(
            self._disk,
            took=self._took,
            loaded=self._loaded,
            struck=self._fire,
            died=self._died,
        )
        turns = Turns(self._fire, lambda: self._around.stuck(self))
        life = Life(attrs.evolve(self._berth, say=say), number, Ports(self.uplink), writer, turns)
        self.lives.append(life)
        self._note("process", f"starts, life {number + 1}")
        await self._nursery.start(life.run)
        await self._around.mover.rest()
        self._nursery.start_soon(self._watch, life)

    async def stop(self) -> None:
        """End its process in order, as SIGTERM does; nothing where it is down."""
        self._wanted = False
        if (life := self.life) is not None:
            self._note("process", "is asked to stop")
            await life.stop()

    async def kill(self, *, back_after: float | None = None, fault: str = "K1") -> None:
        """End its process as SIGKILL does (K1). back_after: s until it is started again."""
        if self._arm(fault, "kill"):
            self._fire(fault, "the process is killed")
            self._back_after = back_after
            self._died()
        await trio.lowlevel.checkpoint()

    def kill_at(
        self, *, commit: int, phase: Phase = "after", back_after: float | None = None
    ) -> None:
        """Kill it at its so-manieth commit from now on, before or after that is durable (K1).

        back_after: s until it is started again; None: the script does that.
        """
        if self._arm("K1", f"kill {phase} commit {commit}"):
            self._disk.dies_at, self._disk.phase = self._disk.commits + commit, phase
            self._back_after = back_after

    def crash(
        self,
        actor: Part | str,
        *,
        at_message: int = 1,
        message: str = "",
        times: int = 1,
        fault: str = "H1",
    ) -> None:
        """Let an actor raise at its so-manieth message from now on (H1).

        actor: a part such as "desk", or a path. message: the name of the type that counts.
        times: how often; each time after the first at its next message.
        """
        if self._arm(fault, f"crash {actor} at {message or 'message'} {at_message}"):
            life = self.life
            if life is not None:
                life.turns.crash(Crash(self._path(actor), message, at_message, times, fault))

    async def died(self, *, within: float = 3_600) -> None:
        """Wait until its process is dead; no longer than so many s."""
        with trio.move_on_after(within):
            while self.is_running:  # noqa: ASYNC110 - what ends it is no event of ours
                await trio.sleep(LOOK)

    async def opened(self, *, within: float = 600) -> bool:
        """Wait until its gate is open; whether it is."""
        with trio.move_on_after(within):
            while not self.is_open:  # noqa: ASYNC110 - an actor's state
                await trio.sleep(LOOK)
        return self.is_open

    # -- what it is asked

    async def place(
        self,
        side: Side,
        amount: str,
        price: str | None = None,
        *,
        purpose: Purpose = "entry",
        reference: str | None = None,
    ) -> Order:
        """Place an order through its desk: a limit order with a price, else one at market.

        Raises a Refusal where nothing came of it; AskError: nobody knows.
        """
        believed = None
        if price is None:
            last = self.oracle.price
            believed = Decimal(reference or ("60000" if last is None else f"{float(last):.2f}"))
        order = PlaceOrder(
            str(self._berth.config.market.symbol),
            side,
            "market" if price is None else "limit",
            Decimal(amount),
            None if price is None else Decimal(price),
            believed,
            purpose,
        )
        answer: Order = await self.ask("desk", order)
        return answer

    async def cancel(self, order_id: str) -> Order:
        """Take an order back. Raises a Refusal, or AskError."""
        answer: Order = await self.ask("desk", CancelOrder(order_id))
        return answer

    async def live_orders(self) -> tuple[Order, ...]:
        """What its desk holds."""
        answer: tuple[Order, ...] = await self.ask("desk", ListOpenOrders())
        return answer

    async def balances(self) -> tuple[Balance, ...]:
        """What its portfolio holds."""
        answer: tuple[Balance, ...] = await self.ask("portfolio", GetBooks())
        return answer

    async def obstacles(self) -> tuple[Obstacle, ...]:
        """Why its gate is closed."""
        answer: tuple[Obstacle, ...] = await self.ask("gate", GetGate())
        return answer

    async def ask(self, actor: Part | str, message: Ask[Any]) -> Any:
        """Ask one of its actors. Raises a Refusal, AskError or NoSuchActor."""
        self._around.is_settled = False
        return await self.actor(actor).ask(message, timeout=PATIENCE)

    def actor(self, actor: Part | str) -> Ref:
        """One of its actors."""
        return self.system.lookup(self._path(actor))

    # -- how it stands

    @property
    def is_open(self) -> bool:
        """Whether its gate was open when it last said so."""
        return self.is_running and self._hearing.is_open(len(self.lives))

    @property
    def line(self) -> str:
        """How its line stood when it last said so: "up", "away", …; "down" without a process."""
        told = self._hearing.line(len(self.lives)) if self.is_running else None
        return "down" if told is None else told.event.removeprefix("line ")

    @property
    def orders(self) -> tuple[Order, ...]:
        """Its orders as acknowledged, oldest first."""
        return tuple(self.books.orders.values())

    def order(self, order_id: str) -> Order:
        """One of them. Raises KeyError."""
        return self.books.orders[order_id]

    def said(self, event: str) -> list[Told]:
        """What its chronicle said of an event, such as "drift" or "gate open"."""
        return self._hearing.of(event)

    def line_since(self) -> Millis | None:
        """Since when its line has been up, or not."""
        return self._hearing.turned_at.get(len(self.lives))

    @property
    def unread(self) -> int:
        """How many parts of its account it had not read when its gate opened."""
        return self._hearing.unread.get(len(self.lives), 0)

    @property
    def told(self) -> list[Told]:
        """All that its chronicle said."""
        return self._hearing.told

    @property
    def opened_at(self) -> dict[int, Millis]:
        """When the gate opened first, by the number of the life."""
        return self._hearing.opened_at

    def in_doubt_for(self, order_id: str) -> int:
        """For how many ms nobody has known how an order stands; 0 where somebody does."""
        since = self.doubted_since.get(order_id, self._now())
        return max(self._now() - max(since, self.lives[-1].began), 0)

    def placed_in(self, order_id: str) -> tuple[int, Millis]:
        """In which life, and when, an order was on disk first."""
        return self._placed_in[order_id]

    def secrets(self) -> tuple[str, ...]:
        """What must never be written anywhere."""
        known = self._berth.settings.credentials
        return () if known is None else (known.key.reveal(), known.secret.reveal())

    # -- inside

    def calm(self) -> None:
        """Nothing more strikes its host and its process."""
        self.network.heal()
        self.disk.mend()
        self._disk.dies_at = self._disk.fails_at = 0
        for life in self.lives:
            life.turns.forget()

    _back_after: float | None = None

    def _died(self) -> None:
        """It is dead now, and what is left of it is taken away."""
        life = self.life
        if life is not None:
            life.kill()
            self._nursery.start_soon(life.system.stop)

    async def _watch(self, life: Life) -> None:
        """Start it again where that was asked for."""
        await life.ended.wait()
        await self._around.mover.move()
        if life.error is not None:
            self._note("process", f"ends by itself: {_words(life.error)}")
        back_after, self._back_after = self._back_after, None
        if back_after is not None and self._wanted and not self.is_running:
            await trio.sleep(back_after)
            if self._wanted:
                await self.start()

    def _took(self, commit: Commit) -> None:
        self.books.take(commit)
        for change in self.books.changes:
            after = change.after
            self._placed_in.setdefault(after.id, (len(self.lives), self._now()))
            if after.status == "unknown":
                self.doubted_since.setdefault(after.id, self._now())
            else:
                self.doubted_since.pop(after.id, None)
            price = "market" if after.price is None else f"{after.price:f}"
            words = f"{after.client_id} {after.side} {after.amount:f} at {price} is {after.status}"
            evidence = f" ({after.evidence})" if after.evidence else ""
            self._note("order", f"{words}, {after.filled:f} filled{evidence}")
        for balance in commit.balances:
            self._note(
                "money",
                f"{balance.asset} {balance.available:f} available, {balance.reserved:f} reserved",
            )
        self._around.committed(self)

    def _loaded(self, snapshot: Snapshot) -> None:
        self.books.load(snapshot)
        self._note("process", f"reads its account back: {len(snapshot.orders)} live orders")

    def _say(self, life: int, level: Level, event: str, fields: Mapping[str, object]) -> None:
        speaker = self.lives[life - 1]
        if not speaker.is_over:  # else it is dead, and speaks to nobody
            self._hearing.hear(life, level, event, fields)
            if event == "refused":  # then `benthic run` ends it
                self._nursery.start_soon(speaker.stop)

    def _path(self, actor: Part | str) -> str:
        return actor if actor.startswith("/") else str(getattr(self.paths, actor))

    def _now(self) -> Millis:
        return Millis(self._clock.time)

    def _arm(self, fault: str, words: str) -> bool:
        return self._around.faults.arm(fault, f"{self.name}: {words}", caller())

    def _fire(self, fault: str, words: str) -> None:
        self._around.faults.fire(self._now(), fault, f"{self.name}: {words}")

    def _note(self, kind: Kind, words: str) -> None:
        self._around.timeline.note(kind, self.name, words)


def _words(error: BaseException) -> str:
    while isinstance(error, SupervisionError) and error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}"
