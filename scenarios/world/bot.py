"""One whole bot of a world: real actors, a real connector, a real store; and what is done to it.

It outlives its process: books, disk and network are those of its host.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, get_args

import attrs
import trio

from ...actors.bot.config import Level
from ...actors.bot.paths import Paths
from ...actors.exchange.gate import GetGate, Obstacle
from ...actors.market.side import Purpose, Side
from ...actors.orders.journal import Commit, Snapshot
from ...actors.orders.messages import CancelOrder, ListOpenOrders
from ...actors.orders.model import Order
from ...actors.portfolio.messages import GetBooks
from ...actors.portfolio.model import Balance
from ...runtime import Ask, MailboxFull, Millis, Ref, System
from ..errors import ActorInjured, MemorySpent
from .aims import Aims, check_message
from .amounts import check_least, check_one_of
from .around import Around
from .asking import order_for
from .books import Books
from .botfile import SILENT
from .checkpoints import Cancel
from .clock import HostClock
from .disk import Disk, Phase, Writer
from .hearing import Hearing, Told
from .host import HostDisk
from .life import Berth, Life
from .network import HostNetwork
from .oracle import Oracle
from .parts import Part, path_of
from .places import caller
from .record import OrderRecord, told_of
from .timeline import Kind
from .turns import Crash, Turns
from .uplink import Ports, Uplink

LOOK: Final = 0.2  # s between two looks
PATIENCE: Final = Millis(120_000)  # for an order to be answered


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
        disk: Disk,
        looks: Callable[[], tuple[int, ...]],
        nursery: trio.Nursery,
    ) -> None:
        self.name = str(berth.config.bot.name)
        self.pair = str(berth.config.market.symbol)
        self.now: Callable[[], Millis] = lambda: Millis(host.time)
        self.books = Books()
        self.oracle = oracle
        self.hearing = Hearing(self.now, self._note, looks)
        self.lives: list[Life] = []
        self.aims = Aims(self.lives)
        self.record = OrderRecord()
        self.first_market = oracle.market  # its rules when the bot was made
        self.uplink = uplink
        self._around = around
        self._berth, self._clock, self._nursery = berth, host, nursery
        self._disk = disk
        self._wanted = False  # whether it should be running
        self.network = HostNetwork(uplink, around.faults, self.now, self.name)
        self.disk = HostDisk(
            disk, around.faults, self.now, self.name, is_in_use=lambda: self.is_running
        )

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
        if life := self.life:
            self._note("process", "is asked to stop")
            await life.stop()

    async def kill(self, *, back_after: float | None = None, fault: str = "K1") -> None:
        """End its process as SIGKILL does (K1). back_after: s until it is started again."""
        check_least(0, back_after=back_after)
        if self._arm(fault, "kill"):
            self._fire(fault, "the process is killed")
            self._back_after = back_after
            self._died()
        await trio.lowlevel.checkpoint()

    def kill_at(
        self,
        *,
        commit: int,
        phase: Phase = "after",
        back_after: float | None = None,
        fault: str = "",
    ) -> None:
        """Kill it at its so-manieth commit from now on, before or after that is durable (K1).

        phase: "torn" is a power cut in the middle of it (K2). back_after: s until it is started
        again; None: the script does that.
        """
        check_least(1, commit=commit)
        check_least(0, back_after=back_after)
        check_one_of("phase", phase, get_args(Phase))
        fault = fault or ("K2" if phase == "torn" else "K1")
        if self._arm(fault, f"kill {phase} commit {commit}"):
            self._disk.die_at(commit, phase, fault)
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
        """Let an actor raise at its so-manieth message from now on (H1); as K9 a MemoryError.

        actor: a part such as "desk", or a path. message: the name of the type that counts.
        times: how often; each time after the first at its next message.
        """
        check_least(1, at_message=at_message, times=times)
        check_message(message)
        life, path = self.life, self._path(actor, "crash")
        if self._arm(fault, f"crash {actor} at {message or 'message'} {at_message}") and life:
            error = MemorySpent if fault == "K9" else ActorInjured
            life.turns.crash(Crash(path, message, at_message, times, fault, error))

    def cancel_at(self, actor: Part | str, *, checkpoint: int = 1, fault: str = "H7") -> None:
        """Cancel what an actor does at its so-manieth checkpoint from now on (H7).

        A wait of its turn counts as one, and so does each wait of a task of it. The incarnation
        ends there and then, and its supervisor hears of it as of a crash.
        """
        check_least(1, checkpoint=checkpoint)
        life, path = self.life, self._path(actor, "cancel")
        if self._arm(fault, f"cancel {actor} at checkpoint {checkpoint}") and life:
            life.turns.cancel(Cancel(path, checkpoint, fault))

    def flood(self, actor: Part | str, count: int) -> int:
        """Ask an actor so many things at once (H8): how many its mailbox had no room for."""
        refused = 0
        check_least(1, count=count)
        if self._arm("H8", f"flood {actor} {count}") and self.is_running:
            ref = self.actor(actor)
            self._fire("H8", f"{actor} is asked {count} things at once")
            for _ in range(count):
                try:
                    ref.tell(ListOpenOrders())
                except MailboxFull:
                    refused += 1
        return refused

    def change(self, *, pair: str, mode: Mapping[str, object] = SILENT) -> None:
        """Give it another bot file, from its next life on (C14)."""
        if self._arm("C14", f"its file names {pair}"):
            self._fire("C14", f"its file names {pair} from the next start on")
            self._berth = self._berth.with_file(pair, mode)

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
        order = order_for(self, side, amount, price, purpose=purpose, reference=reference)
        answer: Order = await self.ask("desk", order)
        return answer

    async def cancel(self, order_id: str) -> Order:
        """Take an order back. Raises a Refusal, or AskError."""
        answer: Order = await self.ask("desk", CancelOrder(order_id))
        return answer

    async def live_orders(self) -> tuple[Order, ...]:
        """What its desk holds."""
        answer: tuple[Order, ...] = await self._read("desk", ListOpenOrders())
        return answer

    async def balances(self) -> tuple[Balance, ...]:
        """What its portfolio holds."""
        answer: tuple[Balance, ...] = await self._read("portfolio", GetBooks())
        return answer

    async def obstacles(self) -> tuple[Obstacle, ...]:
        """Why its gate is closed."""
        answer: tuple[Obstacle, ...] = await self._read("gate", GetGate())
        return answer

    async def ask(self, actor: Part | str, message: Ask[Any]) -> Any:
        """Ask one of its actors. Raises a Refusal, AskError or NoSuchActor."""
        self._around.is_settled = False
        return await self._read(actor, message)

    async def _read(self, actor: Part | str, message: Ask[Any]) -> Any:
        """The same of what changes nothing."""
        return await self.actor(actor).ask(message, timeout=PATIENCE)

    def actor(self, actor: Part | str) -> Ref:
        """One of its actors."""
        return self.system.lookup(self._path(actor))

    # -- how it stands

    @property
    def is_open(self) -> bool:
        """Whether its gate was open when it last said so."""
        return self.is_running and self.hearing.is_open(len(self.lives))

    @property
    def line(self) -> str:
        """How its line stood when it last said so: "up", "away", …; "down" without a process."""
        told = self.hearing.line(len(self.lives)) if self.is_running else None
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
        return self.hearing.of(event)

    def line_since(self) -> Millis | None:
        """Since when its line has been up, or not."""
        return self.hearing.turned_at.get(len(self.lives))

    @property
    def told(self) -> list[Told]:
        """All that its chronicle said."""
        return self.hearing.told

    def in_doubt_for(self, order_id: str) -> int:
        """For how many ms nobody has known how an order stands; 0 where somebody does."""
        return self.record.in_doubt_for(order_id, self.now(), since=self.lives[-1].began)

    def secrets(self) -> tuple[str, ...]:
        """What must never be written anywhere."""
        return self._berth.secrets()

    # -- inside

    def calm(self) -> None:
        """Nothing more strikes its host and its process."""
        self.network.heal()
        self.disk.mend()
        self._disk.dies_at = 0
        for life in self.lives:
            life.turns.forget()

    _back_after: float | None = None

    def _died(self) -> None:
        """It is dead now, and what is left of it is taken away."""
        if life := self.life:
            life.kill()
            self._nursery.start_soon(life.system.stop)

    async def _watch(self, life: Life) -> None:
        """Start it again where that was asked for."""
        await life.ended.wait()
        await self._around.mover.move()
        if life.died_of:
            self._note("process", f"ends by itself: {life.died_of}")
        back_after, self._back_after = self._back_after, None
        if back_after is not None and self._wanted and not self.is_running:
            await trio.sleep(back_after)
            if self._wanted:
                await self.start()

    def _took(self, commit: Commit) -> None:
        self.books.take(commit)
        for change in self.books.changes:
            self.record.take(change, life=len(self.lives), now=self.now())
            self._note("order", told_of(change))
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
            self.hearing.hear(life, level, event, fields)
            if event == "refused":  # then `benthic run` ends it
                self._nursery.start_soon(speaker.stop)

    def _path(self, actor: Part | str, deed: str = "") -> str:
        path = path_of(actor, self.paths, self.pair)
        return self.aims.take(actor, path, deed) if deed else path

    def _arm(self, fault: str, words: str) -> bool:
        return self._around.faults.arm(fault, f"{self.name}: {words}", caller())

    def _fire(self, fault: str, words: str) -> None:
        self._around.faults.fire(self.now(), fault, f"{self.name}: {words}")

    def _note(self, kind: Kind, words: str) -> None:
        self._around.timeline.note(kind, self.name, words)
