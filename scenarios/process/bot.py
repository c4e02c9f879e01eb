"""A real bot: `benthic run` as a child process, and what is done to it.

It has what a bot of a world has, as far as a process of the host can be asked for it. Its books are
read from its store, what it says is its log, and what kills it are signals.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, get_args

import attrs
import trio

from ...actors.bot.config import Level
from ...actors.market.side import Purpose, Side
from ...actors.orders.drafts import PlaceOrders
from ...actors.orders.messages import CancelOrder
from ...actors.orders.model import Order
from ...runtime import Ask, Millis
from ..world import SILENT, Books, Oracle
from ..world.amounts import check_one_of
from ..world.armed import FaultList
from ..world.asking import order_for
from ..world.hearing import Hearing, Told
from ..world.parts import Part
from ..world.places import caller
from ..world.timeline import Kind, Timeline
from .child import Child, Program
from .disk import RealDisk
from .errors import ProcessStuck, Unanswered
from .points import Phase
from .shelf import Shelf
from .unlike import Unlike
from .wording import WISHES, Arm

PACKAGE: Final = __name__.partition(".")[0]
PLAIN: Final = (sys.executable, "-m", PACKAGE, "run")
PILOTED: Final = (sys.executable, "-m", f"{PACKAGE}.cli.piloted")
LOOK: Final = 0.02  # s of the host between two looks
LAST: Final = 60.0  # s of the host for a process to end in order


@attrs.frozen(kw_only=True)
class Home:
    """Where a real bot lives, and how. file: its bot file; secrets: its environment beside ours."""

    name: str
    pair: str
    file: Path
    secrets: Mapping[str, str]
    pace: float
    faults: FaultList
    timeline: Timeline
    now: Callable[[], Millis]
    nursery: trio.Nursery
    rewrite: Callable[[str, Mapping[str, object]], Path]  # another file, given pair and mode

    @property
    def store(self) -> Path:
        """The folder of its store."""
        return self.file.with_name(f"{self.name}.store")


class RealBot(Unlike):
    """A process and what it left. Get one from `RealWorld.start_bot`."""

    def __init__(self, home: Home, oracle: Oracle) -> None:
        self.name = home.name
        self.pair = home.pair
        self.now = home.now
        self.oracle = oracle
        self.first_market = oracle.market  # its rules when the bot was made
        self.lives: list[Child] = []
        self.shelf = Shelf(home.store)
        self.file = home.file  # may be another one for the next life
        self._home = home
        self._hearing = Hearing(home.now, self._event)
        self._still_until: trio.Event | None = None
        self.accounted: set[int] = set()  # lives of which a script asked why they were refused
        self._dies_of = "K1"  # the fault that its next death by itself is
        self.disk = RealDisk(home.faults, lambda: self.life, self._fire)

    # -- its process

    @property
    def life(self) -> Child | None:
        """The life that goes on; None where it is down."""
        life = self.lives[-1] if self.lives else None
        return None if life is None or life.is_over else life

    @property
    def is_running(self) -> bool:
        """Whether it lives."""
        return self.life is not None

    async def start(self, *, dies: str = "", program: Sequence[str] = PILOTED) -> None:
        """Start its process on what its disk holds; nothing where it runs.

        dies: the name of the instant at which it kills itself. program: PLAIN is `benthic run`
        and nothing else, with nobody who could place an order by hand.
        """
        if self.is_running:
            return
        number = len(self.lives) + 1
        argv = [*program, str(self.file), *([dies] if dies else [])]
        environment = {
            **os.environ,
            **self._home.secrets,
            "PYTHONUTF8": "1",
            "XDG_RUNTIME_DIR": str(self.file.parent),  # where accounts are taken: it is alone
        }
        what = Program(argv=argv, environment=environment, folder=self.file.parent)
        life = Child(what, self.name, number, partial(self._hear, number), self._home.pace)
        self.lives.append(life)
        self._note(f"starts, life {number}")
        await self._home.nursery.start(life.run)
        self._home.nursery.start_soon(self._tell_the_end, life)

    async def stop(self) -> None:
        """End its process in order, by SIGTERM; nothing where it is down. Raises ProcessStuck."""
        if (life := self.life) is not None:
            life.signal(signal.SIGTERM)
            await self._gone(life, "had not ended {within:g} s after SIGTERM")

    async def kill(self, *, back_after: float | None = None, fault: str = "K1") -> None:
        """End its process by SIGKILL (K1). back_after: s until it is started again."""
        if self._arm(fault, "kill") and (life := self.life) is not None:
            self._fire(fault, "the process is killed")
            life.signal(signal.SIGKILL)
            await self._gone(life, "had not ended {within:g} s after SIGKILL")
            self._come_back(life, back_after)
        await trio.lowlevel.checkpoint()

    def kill_at(
        self,
        *,
        commit: int,
        phase: Phase = "after",
        back_after: float | None = None,
        fault: str = "K1",
    ) -> None:
        """Let it kill itself at its so-manieth commit from now on (K1)."""
        check_one_of("phase", phase, get_args(Phase))
        if self._arm(fault, f"kill {phase} commit {commit}") and (life := self.life) is not None:
            self.doom(f"{phase}_commit", commit)
            self._dies_of = fault
            self._come_back(life, back_after)

    def doom(self, point: str, at: int = 1) -> None:
        """Let it kill itself at a named instant; empty: at none. See `points`."""
        if (life := self.life) is not None:
            life.ask(Arm(point, at))

    def change(self, *, pair: str, mode: Mapping[str, object] = SILENT) -> None:
        """Give it another bot file, from its next life on (C14)."""
        if self._arm("C14", f"its file names {pair}"):
            self._fire("C14", f"its file names {pair} from the next start on")
            self.file = self._home.rewrite(pair, mode)

    def stand_still(self, seconds: float) -> None:
        """Stop its process by SIGSTOP, and let it go on after so many s of trio's clock (K11)."""
        if (life := self.life) is not None:
            life.signal(signal.SIGSTOP)
            self._fire("K11", f"the process stands still for {seconds / self._home.pace:g} s")
            self._still_until = until = trio.Event()
            self._home.nursery.start_soon(self._go_on, life, seconds, until)

    async def moving(self) -> None:
        """Wait until it stands still no more."""
        if self._still_until is not None:
            await self._still_until.wait()

    async def died(self, *, within: float = 600) -> None:
        """Wait until its process is dead; no longer than so many s of the host."""
        with trio.move_on_after(within * self._home.pace):
            if (life := self.life) is not None:
                await life.ended.wait()

    async def opened(self, *, within: float = 120) -> bool:
        """Wait until its gate is open, so many s of the host at most; whether it is."""
        with trio.move_on_after(within * self._home.pace):
            while not self.is_open and self.is_running:  # noqa: ASYNC110 - a line of its log
                await trio.sleep(LOOK * self._home.pace)
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

        Raises Declined where nothing came of it; Unanswered: nobody knows.
        """
        order = order_for(self, side, amount, price, purpose=purpose, reference=reference)
        answer: Order = await self.ask("desk", order)
        return answer

    async def cancel(self, order_id: str) -> Order:
        """Take an order back. Raises Declined or Unanswered."""
        answer: Order = await self.ask("desk", CancelOrder(order_id))
        return answer

    async def ask(self, actor: Part | str, message: Ask[Any]) -> Any:
        """Ask its desk what the hand there can ask. Raises Declined or Unanswered."""
        wish = WISHES.get(type(message))
        if actor != "desk" or wish is None:
            raise caller().wrong(
                f"{actor} cannot be asked for {type(message).__name__}: the hand in a real process "
                "places, edits and cancels orders, and nothing else",
                remedy="run this script without --real, in virtual time",
            )
        life = self.life
        if life is None:
            raise Unanswered(self.name, "its process is down")
        orders = await life.answer(life.ask(wish(message)))
        if isinstance(message, PlaceOrders):
            return orders
        if not orders:
            raise Unanswered(self.name, "it answered without an order")
        return orders[0]

    # -- how it stands

    @property
    def books(self) -> Books:
        """What its store has acknowledged by now."""
        return self.shelf.look(sum(life.reads for life in self.lives))

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
        """What its log said of an event, such as "drift" or "gate open".

        A bot may be refused so early that its chronicle, which says so, has ended before it can;
        then the last words of the process are taken for it: that the bot has ended, and why.
        Who asks for it expects it: that such a life ends with an error is no violation.
        """
        found = self._hearing.of(event)
        if event == "refused":
            heard = {told.life for told in found}
            ends = (told for told in self._hearing.of("bot ended") if "reason" in told.fields)
            found += (told for told in ends if told.life not in heard)
            self.accounted.update(told.life for told in found)
        return found

    @property
    def told(self) -> list[Told]:
        """All that its log said."""
        return self._hearing.told

    # -- inside

    def calm(self) -> None:
        """Nothing more strikes its host and its process."""
        self.disk.mend()
        self.doom("")

    async def _gone(self, life: Child, late: str) -> None:
        with trio.move_on_after(LAST * self._home.pace):
            await life.ended.wait()
        if not life.is_over:
            raise ProcessStuck(self.name, late=late.format(within=LAST), log=str(life.log))

    def _come_back(self, life: Child, back_after: float | None) -> None:
        if back_after is not None:
            self._home.nursery.start_soon(self._back, life, back_after)

    async def _back(self, life: Child, back_after: float) -> None:
        await life.ended.wait()
        await trio.sleep(back_after)
        await self.start()

    async def _go_on(self, life: Child, after: float, until: trio.Event) -> None:
        await trio.sleep(after)
        life.signal(signal.SIGCONT)
        until.set()

    async def _tell_the_end(self, life: Child) -> None:
        await life.ended.wait()
        code = life.code
        how = (
            f"with code {code}" if code is None or code >= 0 else f"of {signal.Signals(-code).name}"
        )
        at = f", {life.last_word}" if life.last_word else ""
        self._note(f"ends {how}{at}")
        if life.last_word:
            self._fire(self._dies_of, f"the process kills itself {life.last_word}")

    def _hear(self, life: int, said: Mapping[str, Any]) -> None:
        fields = {key: each for key, each in said.items() if key not in {"at", "level", "event"}}
        level: Level = said.get("level", "info")
        self._hearing.hear(life, level, str(said.get("event", "")), fields)

    def _arm(self, fault: str, words: str) -> bool:
        return self._home.faults.arm(fault, f"{self.name}: {words}", caller())

    def _fire(self, fault: str, words: str) -> None:
        self._home.faults.fire(self._home.now(), fault, f"{self.name}: {words}")

    def _event(self, kind: Kind, words: str) -> None:
        self._home.timeline.note(kind, self.name, words)

    def _note(self, words: str) -> None:
        self._home.timeline.note("process", self.name, words)
