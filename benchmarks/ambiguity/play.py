"""One world of the sweep: a whole bot at an exchange where every order meets what was drawn for it.

Faults go on until the orders of a step are certain: nobody is in doubt, and books and exchange say
the same of them. The next ones come then. In the end all that rests is taken back, so that each
order has ended when the two are held against each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Final

import attrs
import trio
from msgspec.structs import replace

from ...actors.orders.model import Order
from ...runtime import AskError, Millis, Refusal
from ...scenarios.errors import BadFault
from ...scenarios.venue.config import VenueConfig
from ...scenarios.venue.faults.rules import rule_of
from ...scenarios.world import PAIR, Place, World, WorldBot
from .cards import OF_STREAM, SYMBOL, Stream, Table
from .compare import Flaw, Here, There, flaws, of_order
from .draw import Step, Trial
from .witness import WAITING, Witness

DEPOSITS: Final = MappingProxyType({"USDT": "1000000", "BTC": "20"})
FLOW: Final = MappingProxyType({"density": 0.05, "levels": 6, "level_value": 1_500.0})
"""Traders who take their time, and a book thin enough for a stranger to get through."""
CERTAIN: Final = 600.0  # s in which the orders of a step must be certain
OPENS: Final = 600.0  # s in which a gate must be open
SOON: Final = 0.4  # s from a create to a stranger who fills it at once
FIRST: Final = 0.05  # s until the first look whether all is certain
LONGEST: Final = 2.0  # s between two of them
TRIES: Final = 60  # of a create that is not let out
CANCELS: Final = 8  # of one order
BETWEEN: Final = 5.0  # s between two tries


@attrs.define
class Played:
    """What came of one trial. Times in ms."""

    trial: Trial
    stream: Stream
    client_id: str = ""  # empty: it was never sent
    struck: bool = False  # whether a fault of its code fired
    certain: int | None = None  # from its create until its outcome was in the books
    settled: int | None = None  # from the last thing done to it until the books had it
    status: str = ""  # in the books, in the end
    filled: bool = False  # some of it, in the end
    touched_at: Millis = Millis(0)  # the last thing done to it: created, filled, cancelled


class Play:
    """The script of one world. drawn: what is to be met."""

    def __init__(self, drawn: Iterable[Step]) -> None:
        self.witness = Witness()
        self.played: list[Played] = []
        self.flaws: list[Flaw] = []
        self.placed: list[str] = []  # client ids that callers were told of
        self._drawn = drawn
        self._world: World
        self._bot: WorldBot

    async def scenario(self, world: World) -> None:
        """Play it."""
        self._world = world
        await world.open_venue(PAIR, deposits=DEPOSITS, change=_calmer)
        self._bot = await world.start_bot(pair=PAIR)
        for step in self._drawn:
            await self._step(step)
        await self._end()

    # -- one step

    async def _step(self, step: Step) -> None:
        world, played = self._world, [Played(trial, step.stream) for trial in step.trials]
        self.played += played
        first = world.venue.planned.log.total
        self._arm(OF_STREAM[step.stream])
        async with trio.open_nursery() as nursery:
            for each in played:
                await self._send(each, nursery)
        is_certain = await self._wait(partial(self._are_certain, played), CERTAIN)
        fired = {each.fault for each in world.venue.planned.log.entries(after=first)}
        for each in played:
            each.struck = each.trial.code in fired
            self._time(each)
            if not is_certain:
                self.flaws += self._uncertain(each)
        world.venue.calm()
        for each in played:
            if not each.trial.rests:
                await self._take_back(each)

    def _arm(self, tables: Iterable[Table]) -> None:
        venue = self._world.venue
        for number, table in enumerate(tables, 1):
            rule = rule_of(table, place="ambiguity", inspector=venue.planned.inspector)
            venue.put(rule, Place("ambiguity", number, ""))

    async def _send(self, played: Played, nursery: trio.Nursery) -> None:
        """Place an order, and go on as soon as its create has arrived."""
        trial, creates = played.trial, self._world.venue.tap.orders
        self._arm(trial.way.create)
        for _ in range(TRIES):
            await self._bot.opened(within=OPENS)
            before, over = len(creates), trio.Event()
            nursery.start_soon(self._place, played, over)
            await _either(self.witness.hear, over.wait)
            if len(creates) > before:
                played.client_id = creates[before].client_id
                played.touched_at = self._now
                if trial.then == "filled at once":
                    await trio.sleep(SOON)
                    self._fill(played)
                return
            await trio.sleep(BETWEEN)  # it was not let out

    async def _place(self, played: Played, over: trio.Event) -> None:
        """Place it, and do to it what comes then."""
        trial = played.trial
        price = None if trial.kind == "market" else self._price(trial)
        order: Order | None = None
        with suppress(Refusal, AskError):
            order = await self._bot.place(trial.side, trial.amount, price)
        over.set()
        if order is None:
            return
        self.placed.append(order.client_id)
        if trial.then == "filled":
            await trio.sleep(SOON)
            self._fill(played)
        elif trial.then == "cancelled":
            self._arm(trial.way.cancel)
            await self._cancel(order, played)

    def _price(self, trial: Trial) -> str:
        away = trial.basis if trial.kind == "taking" else -trial.basis
        sign = 1 if trial.side == "buy" else -1
        best = self._bot.oracle.best()
        price = Fraction(60_000) if best is None else sum(best) / 2
        return f"{float(price * (10_000 + sign * away) / 10_000):.2f}"

    def _fill(self, played: Played) -> None:
        """Let a stranger fill it, as far as it is open."""
        trial, there = played.trial, self._bot.oracle.order(played.client_id)
        if there is not None and there.is_open:
            with suppress(BadFault):  # it has filled by itself
                share = trial.way.share
                self._world.venue.fire(trial.code, "fill", symbol=SYMBOL, share=share)
            played.touched_at = self._now

    async def _cancel(self, order: Order, played: Played) -> None:
        """Take it back; where that does not end it, once more, whatever the faults."""
        played.touched_at = self._now
        for _ in range(CANCELS):
            with suppress(Refusal, AskError):
                order = await self._bot.cancel(order.id)
            if not self._bot.order(order.id).is_live:
                return
            await trio.sleep(BETWEEN)

    # -- whether all is certain

    async def _wait(self, check: Callable[[], bool], within: float) -> bool:
        """Wait until it holds, for so many s at most: whether it does."""
        wait, until = FIRST, trio.current_time() + within
        while not (holds := check()) and trio.current_time() < until:
            await trio.sleep(wait)
            wait = min(wait * 1.5, LONGEST)
        return holds

    def _are_certain(self, played: Iterable[Played]) -> bool:
        """Nobody is in doubt, and books and exchange say the same of these orders and of money."""
        bot = self._bot
        if not bot.is_open or next(bot.books.waiting(), None) is not None:
            return False
        balances = bot.books.balances.items()
        there = bot.oracle.balances()
        if any(Fraction(each.total) != there.get(asset, 0) for asset, each in balances):
            return False
        return not any(any(self._differences(each)) for each in played)

    def _differences(self, played: Played) -> Iterable[Flaw]:
        here = self._bot.books.by_client_id(played.client_id)
        if here is None:
            return [Flaw("forgotten", played.client_id, "was sent, and is in no book")]
        return of_order(here, self._bot.oracle.order(played.client_id))

    def _uncertain(self, played: Played) -> Iterable[Flaw]:
        """What is not certain in time, as far as this order goes."""
        if not played.client_id:
            return
        here = self._bot.books.by_client_id(played.client_id)
        if here is not None and here.status in WAITING:
            words = f"is {here.status} for more than {CERTAIN:g} s"
            yield Flaw("wrong", played.client_id, words)
        for flaw in self._differences(played):
            yield attrs.evolve(flaw, words=f"{flaw.words}, for more than {CERTAIN:g} s")

    def _time(self, played: Played) -> None:
        seen, client_id = self.witness, played.client_id
        sent, certain = seen.sent_at.get(client_id), seen.certain_at.get(client_id)
        changed = seen.changed_at.get(client_id)
        if sent is not None and certain is not None:
            played.certain = max(certain - sent, 0)
        if changed is not None:
            played.settled = max(changed - self._happened(played), 0)

    def _happened(self, played: Played) -> Millis:
        """When that was done to it of which the books had to hear: a cancel, or a trade at last."""
        there = self._bot.oracle.order(played.client_id)
        if there is None or played.trial.then == "cancelled":
            return played.touched_at
        return max(played.touched_at, there.changed_at)

    # -- the end of all

    async def _take_back(self, played: Played) -> None:
        """Cancel it where it is live; without any fault."""
        order = self._bot.books.by_client_id(played.client_id)
        if order is not None and order.is_live:
            touched = played.touched_at
            await self._cancel(order, played)
            played.touched_at = touched

    async def _end(self) -> None:
        world, bot = self._world, self._bot
        for each in self.played:
            await self._take_back(each)
        await self._wait(lambda: not (world.disorder() or bot.books.live), CERTAIN)
        self._look()
        self.flaws += await self._unsaid()
        world.is_settled = not self.flaws

    def _look(self) -> None:
        """Hold books and exchange against each other, order for order."""
        bot, oracle = self._bot, self._bot.oracle
        by_client_id = {order.client_id: order for order in bot.orders}
        here = Here(orders=by_client_id, balances=bot.books.balances, placed=self.placed)
        there = There(
            orders=oracle.orders(),
            balances=oracle.balances(),
            requests=self._world.venue.tap.sent,
        )
        self.flaws += flaws(here, there)
        reused = Counter(bot.books.reused)
        self.flaws += (Flaw("duplicated", name, "is the id of two orders") for name in reused)
        for each in self.played:
            order = by_client_id.get(each.client_id)
            if order is not None:
                each.status, each.filled = order.status, order.filled > 0
                if order.is_live:
                    words = f"is {order.status} after it was to be cancelled"
                    self.flaws.append(Flaw("wrong", each.client_id, words))

    async def _unsaid(self) -> list[Flaw]:
        """What desk and portfolio say otherwise than their books; nothing is live or held."""
        live, balances = await self._bot.live_orders(), await self._bot.balances()
        found = [Flaw("wrong", each.client_id, "is live for the desk alone") for each in live]
        for each in balances:
            if self._bot.books.balances.get(each.asset) != each:
                found.append(Flaw("wrong", "", f"the portfolio has other {each.asset}: {each}"))
            if each.reserved:
                words = f"{each.reserved} {each.asset} are reserved for no order"
                found.append(Flaw("wrong", "", words))
        return found

    @property
    def _now(self) -> Millis:
        return self._world.elapsed_at


async def _either(*waits: Callable[[], Awaitable[object]]) -> None:
    """Wait for the first of them."""
    async with trio.open_nursery() as nursery:
        for wait in waits:
            nursery.start_soon(_then_end, wait, nursery.cancel_scope)


async def _then_end(wait: Callable[[], Awaitable[object]], scope: trio.CancelScope) -> None:
    await wait()
    scope.cancel()


def _calmer(config: VenueConfig) -> VenueConfig:
    """The same exchange with fewer words."""
    markets = [replace(each, flow=replace(each.flow, **FLOW)) for each in config.markets]
    return replace(config, markets=tuple(markets))
