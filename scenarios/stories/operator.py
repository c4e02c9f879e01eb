"""The person beside the bot, who places, edits and cancels, and who cannot see into it.

Who places a batch and is not answered, since the process has died, waits until it is back, looks
for the names of the orders in the books, and places the batch again only where none of it is there.
An order that the process was about to send when it died is given up once it is certain that it
never arrived; what waited for it has ended with it, and all that belongs together is placed anew,
but for one of a group whose others live. An edit or a cancel that nobody has answered is asked for
again, unless the books show that it was taken; of an order that has ended meanwhile nothing is
asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from ...actors.orders import revising
from ...actors.orders.drafts import Draft, EditOrder, PlaceOrders
from ...actors.orders.messages import CancelOrder, NoSuchOrder
from ...actors.orders.model import Order
from ...actors.orders.plan import Expiry
from ...runtime import AskError, Millis, NoSuchActor, Refusal
from ..world import WorldBot
from .reaper import Reaper
from .story import Cancel, Edit, Place, Story
from .witness import Witness

NO_ANSWER: Final = (AskError, NoSuchActor)
TRIES: Final = 20  # of one thing that is asked


class Operator:
    """Acts for one story. tell: told of each thing that is wrong. calm: waits until all is calm."""

    def __init__(
        self,
        story: Story,
        witness: Witness,
        reaper: Reaper,
        *,
        tell: Callable[[str], None],
        calm: Callable[[], Awaitable[None]],
    ) -> None:
        self.ids: dict[str, str] = {}  # of orders, by name
        self._given_up: set[str] = set()  # ids of orders that were placed again
        self._bots: Mapping[str, WorldBot] = {}
        self._story = story
        self._drafts = story.drafts
        self._witness = witness
        self._reaper = reaper
        self._tell = tell
        self._calm = calm

    def begin(self, bots: Mapping[str, WorldBot]) -> None:
        """The story begins. bots: by pair."""
        self._bots = bots

    def bot_of(self, name: str) -> WorldBot:
        """The bot of an order."""
        return self._bots[self._drafts[name].symbol]

    def order(self, name: str) -> Order:
        """An order as it was acknowledged last. Raises KeyError."""
        return self.bot_of(name).order(self.ids[name])

    # -- placing

    async def place(self, move: Place) -> None:
        """Place a batch, once."""
        bot = self._bots[move.drafts[0].symbol]
        drafts = tuple(_tagged(draft, move, bot.now()) for draft in move.drafts)
        for _ in range(TRIES):
            if self._are_known(bot, drafts):
                return
            try:
                orders: tuple[Order, ...] = await bot.ask("desk", PlaceOrders(drafts, move.groups))
            except NO_ANSWER:
                await self._calm()
            except Refusal as no:
                if type(no).__name__ != move.refused:
                    self._tell(f"a batch was refused: {no}")
                return
            else:
                if move.refused:
                    self._tell(f"a batch was taken, and should be refused: {move.refused}")
                self._witness.was_told(bot, orders)
        self._tell(f"a batch was not taken in {TRIES} tries")

    async def place_lost(self) -> None:
        """Place again what never came to the exchange, with all that belongs to it."""
        for name in list(self.ids):
            if name in self.ids and self._is_lost(name):
                again = _kin(self._batch_of(name), name)
                if all(self._is_lost(each) for each in _roots(again)):
                    self._given_up |= {self.ids.pop(each.name) for each in again.drafts}
                    await self.place(again)
                    await self._calm()

    def _is_lost(self, name: str) -> bool:
        order = self.order(name)
        if order.status != "refused" or self._story.ends.get(name) == "refused":
            return False
        there = map(self.bot_of(name).oracle.order, order.names)
        return self._reaper.struck > 0 and all(each is None for each in there)

    def _batch_of(self, name: str) -> Place:
        return next(each for each in self._story.batches if self._drafts[name] in each.drafts)

    def _are_known(self, bot: WorldBot, drafts: tuple[Draft, ...]) -> bool:
        """Whether the books have a batch, all of it or none; its orders are known by name then."""
        tags = {
            order.plan.tag: order.id
            for order in bot.books.orders.values()
            if order.plan is not None and order.id not in self._given_up
        }
        found = {draft.name: tags[draft.name] for draft in drafts if draft.name in tags}
        if found and len(found) < len(drafts):
            self._tell(f"of a batch only {', '.join(found)} came to be")
        self.ids |= found
        self._witness.names |= {order_id: name for name, order_id in found.items()}
        return bool(found)

    # -- changing

    async def cancel(self, move: Cancel) -> None:
        """Take an order back."""
        await self._ask(move.name, CancelOrder, _is_ending)

    async def edit(self, move: Edit) -> None:
        """Change an order."""
        numbers = {"amount": move.amount, "price": move.price, "stop": move.stop}
        given = {key: Decimal(value) for key, value in numbers.items() if value}

        def is_done(order: Order) -> bool:
            amount, price, stop = revising.target(order)
            is_now = {"amount": amount, "price": price, "stop": stop}
            return all(is_now[key] == value for key, value in given.items())

        await self._ask(move.name, lambda order_id: EditOrder(order_id, **given), is_done)

    async def _ask(
        self, name: str, message: Callable[[str], Any], is_done: Callable[[Order], bool]
    ) -> None:
        """Ask something of an order until it is answered, is seen to be done, or the order ends."""
        bot, order_id = self.bot_of(name), self.ids[name]
        for number in range(TRIES):
            order = bot.order(order_id)
            if number and (not order.is_live or is_done(order)):
                return
            try:
                await bot.ask("desk", message(order_id))
            except NO_ANSWER:
                await self._calm()
            except NoSuchOrder:
                if not self._reaper.struck:
                    self._tell(f"{name} had ended before it was asked for")
                return
            except Refusal as no:
                self._tell(f"{name}: {no}")
                return
            else:
                return
        self._tell(f"{name} was asked for {TRIES} times, and nobody answered")


def _tagged(draft: Draft, move: Place, now: Millis) -> Draft:
    """A draft by whose tag its order is found again, with the time at which it ends by itself."""
    draft = replace(draft, tag=draft.name)
    if draft.name in move.lasts:
        at = Millis(now + int(move.lasts[draft.name] * 1_000))
        draft = replace(draft, expiry=replace(draft.expiry or Expiry(), at=at))
    return draft


def _kin(batch: Place, name: str) -> Place:
    """The batch of an order and of all that comes after it, or is of a group with any of it."""
    names, groups = {name}, set[str]()
    while True:
        groups = {draft.group for draft in batch.drafts if draft.name in names and draft.group}
        more = {
            draft.name
            for draft in batch.drafts
            if draft.after in names or draft.group in groups or draft.name in names
        }
        if more == names:
            break
        names = more
    drafts = tuple(draft for draft in batch.drafts if draft.name in names)
    return Place(
        drafts, tuple(group for group in batch.groups if group.name in groups), batch.lasts
    )


def _roots(batch: Place) -> list[str]:
    """Those that wait for none of their batch."""
    names = {draft.name for draft in batch.drafts}
    return [draft.name for draft in batch.drafts if draft.after not in names]


def _is_ending(order: Order) -> bool:
    return order.wish is not None and order.wish.then == "end"
