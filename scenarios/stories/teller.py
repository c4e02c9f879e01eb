"""Plays a story in a world, with or without deaths in it, and says what is not as it should be.

The market does not go on until the bot is in order again, but where the story says so
(`Meanwhile`); whoever places, edits and cancels is the `operator`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Final

import trio
from msgspec.structs import replace

from ...actors.orders.plan import NO_PLAN
from ..errors import ExpectationFailed
from ..venue.config import VenueConfig
from ..world import ORDER, World, WorldBot
from ..world.agreement import disorder_of
from .death import Deaths
from .ends import differences, plain, position, words_of
from .operator import Operator
from .reaper import Reaper
from .still import BREATH, StillMarket
from .story import (
    Accept,
    Cancel,
    Edit,
    Fees,
    GiveBack,
    Meanwhile,
    Move,
    Part,
    Place,
    Price,
    Refuse,
    Story,
    Wait,
)
from .witness import Witness

DEPOSITS: Final[Mapping[str, str]] = MappingProxyType(
    {"USDT": "10000000", "BTC": "500", "ETH": "5000", "BNB": "1000"}
)
PRICES: Final[Mapping[str, Decimal]] = MappingProxyType(
    {"BTC/USDT": Decimal(60_000), "ETH/USDT": Decimal(3_000), "BNB/USDT": Decimal(600)}
)
"""Of the markets that stories are told of, where each begins."""

LOOK: Final = 0.5  # s between two looks
CALM: Final = 6.0  # s for which all must be in order: prices, a look-up and a print go by
PATIENCE: Final = 300.0  # s until that must be so
END: Final = 120.0  # s for the last look


class Teller:
    """Tells one story once. deaths: where the process dies in it."""

    def __init__(self, story: Story, deaths: Deaths = ()) -> None:
        self.story = story
        self.problems: list[str] = []
        self.witness = Witness()
        self.reaper = Reaper(deaths, self.witness, self.problems.append)
        self.operator = Operator(
            story, self.witness, self.reaper, tell=self.problems.append, calm=self._calm
        )
        self.sends: dict[str, int] = {}  # how often each order came to the exchange, by name
        self.commits: list[int] = []  # of each bot, in the story
        self.ends: dict[str, str] = {}
        self._bots: dict[str, WorldBot] = {}  # by pair
        self._markets: dict[str, StillMarket] = {}
        self._world: World

    async def scenario(self, world: World) -> None:
        """Play it."""
        self._world = world
        await self._set_out(world)
        bots = list(self._bots.values())
        began = [bot.books.commits for bot in bots]
        self.witness.begin(bots)
        self.operator.begin(self._bots)
        self.reaper.begin(bots)
        world.start_soon(self.reaper.run)
        for move in self.story.moves:
            await self._make(move)
            await self._calm()
            await self.operator.place_lost()
        self.commits = [bot.books.commits - first for bot, first in zip(bots, began, strict=True)]
        self._look_at_ends()
        self.reaper.end()
        await world.settle(within=END)

    async def _set_out(self, world: World) -> None:
        """Markets that stand still, and a bot in each that the story is about."""
        pairs = (*self.story.pairs, *self.story.beside)
        venue = await world.open_venue(
            *pairs, kind="quiet", deposits=DEPOSITS, change=_without_past
        )
        for pair in pairs:
            market = self._markets[pair] = StillMarket(venue, pair, PRICES[pair])
            market.open()
            world.start_soon(_breathe, market)
        for pair in self.story.pairs:
            self._bots[pair] = await world.start_bot(pair=pair)
        await self._calm()

    # -- the moves

    async def _make(self, move: Move) -> None:
        match move:
            case Place():
                await self.operator.place(move)
            case Cancel():
                await self.operator.cancel(move)
            case Edit():
                await self.operator.edit(move)
            case Wait():
                await trio.sleep(move.seconds)
            case Meanwhile():
                for each in move.moves:
                    await self._make(each)
            case _:
                self._happens(move)

    def _happens(self, move: Price | Part | GiveBack | Refuse | Accept | Fees) -> None:
        """What nobody asks the bot for."""
        venue, numbers = self._world.venue, {pair: n for n, pair in enumerate(self._bots, 1)}
        match move:
            case Price():
                self._markets[move.pair].move(Decimal(move.to))
            case Part():
                self._part(move)
            case GiveBack():
                symbol = self._bots[move.pair].oracle.symbol
                venue.fire("A26", "venue_cancel", symbol=symbol, account=numbers[move.pair])
            case Refuse():
                answer = {"status": 400, "code": move.code, "msg": move.words}
                when = {"method": "POST", "path": ORDER}
                venue.strike(move.fault, "status", when=when, **answer)
            case Accept():
                venue.calm()
            case Fees():
                fees = {"maker": move.rate, "taker": move.rate, "fee_asset": move.asset}
                for number in numbers.values():
                    venue.fire("B10", "set_fees", account=number, **fees)

    def _part(self, move: Part) -> None:
        bot, order = self.operator.bot_of(move.name), self.operator.order(move.name)
        there = bot.oracle.order(order.client_id)
        if there is None or not there.is_open:
            if not (self.reaper.struck and self.story.also):  # else its end says which it is
                self.problems.append(f"{move.name} is {order.status}, and cannot trade in part")
            return
        self._markets[order.symbol].part(partial(bot.oracle.order, order.client_id), move.share)

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
        for name, draft in self.story.drafts.items():
            if name not in self.operator.ids:
                continue
            order = self.operator.order(name)
            self.ends[name] = words_of(draft, order)
            bot = self.operator.bot_of(name)
            names = (each for each, order_id in bot.books.ids.items() if order_id == order.id)
            self.sends[name] = sum(bot.oracle.order(each) is not None for each in names)
            lives = 1 + (order.plan or NO_PLAN).lives
            if self.sends[name] > lives:
                words = f"{name} came to the exchange {self.sends[name]} times"
                self.problems.append(f"{words}, of which the books know {lives}")
        right = [(self.story.ends, self.story.left)]
        if self.reaper.struck:
            right += ((each.ends, each.left) for each in self.story.also)
        wrong = [tuple(differences(ends, self.ends)) for ends, _ in right]
        _, left = right[wrong.index(()) if () in wrong else 0]
        if all(wrong):
            self.problems += wrong[0]
        for pair, bot in self._bots.items():
            self._look_at_position(pair, bot, Decimal(left.get(pair, "0")))

    def _look_at_position(self, pair: str, bot: WorldBot, wanted: Decimal) -> None:
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


async def _breathe(market: StillMarket) -> None:
    while True:
        await trio.sleep(BREATH)
        market.breathe()


def _without_past(config: VenueConfig) -> VenueConfig:
    """The same exchange; nobody in a story looks at what was before."""
    return replace(config, has_past=False)
