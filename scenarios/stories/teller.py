"""Plays a story in a world, with or without deaths in it, and says what is not as it should be.

The teller is a person beside the bot. Who places a batch and is not answered, since the process has
died, waits until it is back, looks for the names of the orders in the books, and places the batch
again only where none of it is there. An order that the process was about to send when it died is
given up once it is certain that it never arrived: what waited for it has ended with it, and both are
placed anew. An edit or a cancel that nobody has answered is asked for
again unless the books show that it was taken; of an order that has ended meanwhile nothing is asked.
The market does not go on until the bot is in order again, but where the story says so (`Meanwhile`).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, Final

import trio
from msgspec.structs import replace

from ...actors.orders import revising
from ...actors.orders.drafts import Draft, EditOrder, PlaceOrders
from ...actors.orders.messages import CancelOrder, NoSuchOrder
from ...actors.orders.model import Order
from ...actors.orders.plan import Expiry
from ...runtime import AskError, Millis, NoSuchActor, Refusal
from ..errors import ExpectationFailed
from ..venue.config import VenueConfig
from ..world import ORDER, World, WorldBot
from ..world.agreement import disorder_of
from . import story as s
from .death import Deaths
from .ends import differences, plain, position, words_of
from .reaper import Reaper
from .still import BREATH, StillMarket
from .witness import Witness

NO_ANSWER: Final = (AskError, NoSuchActor)
DEPOSITS: Final = {"USDT": "10000000", "BTC": "500", "ETH": "5000", "SOL": "100000", "BNB": "1000"}
PRICES: Final = {"BTC/USDT": "60000", "ETH/USDT": "3000", "SOL/USDT": "150", "BNB/USDT": "600"}
LOOK: Final = 0.5  # s between two looks
CALM: Final = 6.0  # s for which all must be in order: prices, a look-up and a print go by
PATIENCE: Final = 900.0  # s until that must be so
TRIES: Final = 20  # of one thing that is asked
NAMES: Final = "bot"
END: Final = 120.0  # s for the last look


class Teller:
    """Tells one story once. deaths: where the process dies in it."""

    def __init__(self, story: s.Story, deaths: Deaths = ()) -> None:
        self.story = story
        self.problems: list[str] = []
        self.witness = Witness()
        self.reaper = Reaper(deaths, self.witness, self.problems.append)
        self.sends: dict[str, int] = {}  # how often each order came to the exchange, by name
        self.commits: list[int] = []  # of each bot, in the story
        self.ends: dict[str, str] = {}
        self.given_up: list[str] = []  # ids of orders that were placed again, since they were lost
        self._drafts = story.drafts
        self._ids: dict[str, str] = {}
        self._bots: dict[str, WorldBot] = {}  # by pair
        self._markets: dict[str, StillMarket] = {}
        self._world: World

    async def scenario(self, world: World) -> None:
        """Play it."""
        self._world = world
        pairs = (*self.story.pairs, *self.story.beside)
        venue = await world.open_venue(
            *pairs, kind="quiet", deposits=DEPOSITS, change=_without_past
        )
        for pair in pairs:
            market = self._markets[pair] = StillMarket(venue, pair, Decimal(PRICES[pair]))
            market.open()
            world.start_soon(self._breathe, market)
        for number, pair in enumerate(self.story.pairs, 1):
            self._bots[pair] = await world.start_bot(f"{NAMES}{number}", pair=pair)
        await self._calm()
        bots = list(self._bots.values())
        began = [bot.books.commits for bot in bots]
        self.witness.begin(bots)
        self.reaper.begin(bots)
        world.start_soon(self.reaper.run)
        for move in self.story.moves:
            await self._make(move)
            await self._calm()
            await self._place_lost()
        self.commits = [bot.books.commits - first for bot, first in zip(bots, began, strict=True)]
        self._look_at_ends()
        self.reaper.end()
        await world.settle(within=END)

    # -- the moves

    async def _make(self, move: s.Move) -> None:
        world = self._world
        match move:
            case s.Place():
                await self._place(move)
            case s.Price():
                self._markets[move.pair].move(Decimal(move.to))
            case s.Part():
                self._part(move)
            case s.Wait():
                await trio.sleep(move.seconds)
            case s.Cancel():
                await self._ask(move.name, CancelOrder, _is_ending)
            case s.Edit():
                await self._edit(move)
            case s.GiveBack():
                number = list(self._bots).index(move.pair) + 1
                symbol = self._bots[move.pair].oracle.symbol
                world.venue.fire("A26", "venue_cancel", symbol=symbol, account=number)
            case s.Refuse():
                when = {"method": "POST", "path": ORDER}
                world.venue.strike(
                    move.fault, "status", when=when, status=400, code=move.code, msg=move.words
                )
            case s.Accept():
                world.venue.calm()
            case s.Fees():
                for number in range(1, len(self._bots) + 1):
                    fees = {"maker": move.rate, "taker": move.rate, "fee_asset": move.asset}
                    world.venue.fire("B10", "set_fees", account=number, **fees)
            case s.Meanwhile():
                for each in move.moves:
                    await self._make(each)

    async def _place_lost(self) -> None:
        """Place again what never came to the exchange, and what was to follow it."""
        lost = [name for name, order_id in self._ids.items() if self._is_lost(name, order_id)]
        for name in lost:
            batch = next(each for each in self.story.batches if name in _names(each))
            again = _family(batch, name)
            for each in again.drafts:
                self.given_up.append(self._ids.pop(each.name))
            await self._place(again)
            await self._calm()

    def _is_lost(self, name: str, order_id: str) -> bool:
        bot = self._bots[self._drafts[name].symbol]
        order = bot.order(order_id)
        if order.status != "refused" or self.story.ends.get(name) == "refused":
            return False
        return self.reaper.struck > 0 and bot.oracle.order(order.client_id) is None

    async def _place(self, move: s.Place) -> None:
        """Place a batch, once."""
        bot = self._bots[move.drafts[0].symbol]
        drafts = tuple(self._tagged(draft, move) for draft in move.drafts)
        for _ in range(TRIES):
            if self._are_known(bot, drafts):
                return
            try:
                orders: tuple[Order, ...] = await bot.ask("desk", PlaceOrders(drafts, move.groups))
            except NO_ANSWER:
                await self._calm()
            except Refusal as no:
                if type(no).__name__ != move.refused:
                    self.problems.append(f"a batch was refused: {no}")
                return
            else:
                if move.refused:
                    self.problems.append(f"a batch was taken, and should be refused {move.refused}")
                self.witness.was_told(bot, orders)
        self.problems.append(f"a batch was not taken in {TRIES} tries")

    def _tagged(self, draft: Draft, move: s.Place) -> Draft:
        """A draft by whose tag its order is found again, with the time at which it ends."""
        draft = replace(draft, tag=draft.name)
        if draft.name in move.lasts:
            at = Millis(self._world.elapsed_at + int(move.lasts[draft.name] * 1_000))
            expiry = draft.expiry or Expiry()
            draft = replace(draft, expiry=replace(expiry, at=at))
        return draft

    def _are_known(self, bot: WorldBot, drafts: tuple[Draft, ...]) -> bool:
        """Whether the books have a batch, all of it or none; its orders are known by name then."""
        tags = {
            order.plan.tag: order.id
            for order in bot.books.orders.values()
            if order.plan is not None and order.id not in self.given_up
        }
        found = {draft.name: tags[draft.name] for draft in drafts if draft.name in tags}
        if found and len(found) < len(drafts):
            self.problems.append(f"of a batch only {', '.join(found)} came to be")
        self._ids |= found
        self.witness.names |= {order_id: name for name, order_id in found.items()}
        return bool(found)

    async def _edit(self, move: s.Edit) -> None:
        numbers = {"amount": move.amount, "price": move.price, "stop": move.stop}
        given = {key: Decimal(value) for key, value in numbers.items() if value}
        await self._ask(move.name, partial(EditOrder, **given), partial(_is_edited, given))

    async def _ask(
        self, name: str, message: Callable[[str], Any], is_done: Callable[[Order], bool]
    ) -> None:
        """Ask something of an order until it is done, or the order is over."""
        bot, order_id = self._bots[self._drafts[name].symbol], self._ids[name]
        for number in range(TRIES):
            order = bot.order(order_id)
            if number and (not order.is_live or is_done(order)):
                return
            try:
                await bot.ask("desk", message(order_id))
            except NO_ANSWER:
                await self._calm()
            except NoSuchOrder:
                if not self.reaper.struck:
                    self.problems.append(f"{name} had ended before it was asked for")
                return
            except Refusal as no:
                self.problems.append(f"{name}: {no}")
                return
        order = bot.order(order_id)
        if order.is_live and not is_done(order):
            self.problems.append(f"{name} was asked for {TRIES} times, and it was not done")

    def _part(self, move: s.Part) -> None:
        pair = self._drafts[move.name].symbol
        bot = self._bots[pair]
        order = bot.order(self._ids[move.name])
        there = bot.oracle.order(order.client_id)
        if there is None or not there.is_open:
            self.problems.append(f"{move.name} is {order.status}, and cannot trade in part")
            return
        self._markets[pair].part(partial(bot.oracle.order, order.client_id), move.share)

    # -- time

    async def _breathe(self, market: StillMarket) -> None:
        while True:
            await trio.sleep(BREATH)
            market.breathe()

    async def _calm(self) -> None:
        """Wait until every bot is in order, and stays so for a while."""
        calm, until = 0.0, trio.current_time() + PATIENCE
        while calm < CALM:
            await trio.sleep(LOOK)
            wrong = [words for bot in self._bots.values() for words in disorder_of(bot)]
            calm = 0.0 if wrong else calm + LOOK
            if wrong and trio.current_time() > until:
                raise ExpectationFailed(
                    self.story.name, f"R8 not in order after {PATIENCE:g} s: {wrong[0]}"
                )

    # -- the end

    def _look_at_ends(self) -> None:
        """How each order has ended, what is left, and how often each was sent."""
        for name, order_id in self._ids.items():
            bot = self._bots[self._drafts[name].symbol]
            order = bot.order(order_id)
            self.ends[name] = words_of(self._drafts[name], order)
            there = [bot.oracle.order(each) for each in order.names]
            self.sends[name] = sum(each is not None for each in there)
        right = [self.story.ends, *(self.story.also if self.reaper.struck else ())]
        wrong = [tuple(differences(ends, self.ends)) for ends in right]
        if all(wrong):
            self.problems += wrong[0]
        for pair, bot in self._bots.items():
            self._look_at_position(pair, bot)

    def _look_at_position(self, pair: str, bot: WorldBot) -> None:
        wanted = Decimal(self.story.left.get(pair, "0"))
        here = position(bot.books.orders.values())
        if here != wanted:
            self.problems.append(f"{plain(here)} of {pair} are left, and should be {plain(wanted)}")
        there = sum(
            (each.filled if each.side == "buy" else -each.filled for each in bot.oracle.orders()),
            Fraction(0),
        )
        if there != Fraction(wanted):
            words = f"at the exchange {float(there):g} of {pair} are left"
            self.problems.append(f"{words}, and should be {plain(wanted)}")


def _without_past(config: VenueConfig) -> VenueConfig:
    """The same exchange; nobody in a story looks at what was before."""
    return replace(config, has_past=False)


def _names(batch: s.Place) -> set[str]:
    return {draft.name for draft in batch.drafts}


def _family(batch: s.Place, name: str) -> s.Place:
    """The batch of an order and of all that comes after it."""
    names = {name}
    while more := {each.name for each in batch.drafts if each.after in names} - names:
        names |= more
    drafts = tuple(draft for draft in batch.drafts if draft.name in names)
    used = {draft.group for draft in drafts}
    groups = tuple(group for group in batch.groups if group.name in used)
    return s.Place(drafts, groups, batch.lasts)


def _is_ending(order: Order) -> bool:
    return order.wish is not None and order.wish.then == "end"


def _is_edited(given: dict[str, Decimal], order: Order) -> bool:
    amount, price, stop = revising.target(order)
    is_now = {"amount": amount, "price": price, "stop": stop}
    return all(is_now[key] == value for key, value in given.items())
