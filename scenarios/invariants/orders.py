"""Invariants of orders (O): books, wire and exchange, each against the others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from ...actors.orders.model import LIVE, Order, Status
from ..world import Change, Sent, Violation, World, WorldBot
from ..world.agreement import ENDS

FOLLOWS: Final[Mapping[str, frozenset[Status]]] = MappingProxyType(
    {
        "": frozenset({"intent", "chained", "inactive", "due"}),
        "chained": frozenset({"chained", "inactive", "due", "cancelled"}),
        "inactive": frozenset({"inactive", "due", "filled", "cancelled"}),
        "due": frozenset({"due", "intent", "inactive", "refused", "filled", "cancelled"}),
        "intent": frozenset(
            {"intent", "accepted", "unknown", "refused", "due", "inactive", "filled", "cancelled"}
        ),
        "unknown": frozenset(
            {"unknown", "accepted", "refused", "due", "inactive", "filled", "cancelled"}
        ),
        "accepted": frozenset({"accepted", "due", "inactive", "filled", "cancelled"}),
        "cancelled": frozenset({"cancelled", "filled"}),
        "filled": frozenset({"filled"}),
        "refused": frozenset({"refused"}),
    }
)
"""What may follow what; written a second time on purpose, beside the lifecycle's own table."""

LEGAL: Final = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")  # what Binance takes as a client id
PLAIN: Final = re.compile(r"\d+(\.\d+)?")
PREFIX: Final = "bn-"


def check_o1(world: World) -> list[Violation]:
    """No order is forgotten: what the exchange has of ours is in a book of ours."""
    if not world.is_over:
        return []
    known = {name for bot in world.bots.values() for name in bot.books.ids}
    return [
        Violation("O1", bot, f"{order.client_id} is {order.status} there, and in no book")
        for bot, each in world.bots.items()
        for order in each.oracle.orders()
        if order.client_id.startswith(PREFIX) and order.client_id not in known
    ]


def check_o2(world: World) -> list[Violation]:
    """An intent is accepted at most once."""
    return [
        Violation("O2", venue.name, f"{name} was accepted {venue.tap.accepted[name]} times")
        for venue in world.venues.values()
        for name in (venue.tap.accepted if world.is_over else [venue.tap.last_accepted])
        if venue.tap.accepted.get(name, 0) > 1
    ]


def check_o3(world: World) -> list[Violation]:
    """An intent is on disk before its first byte is sent."""
    return [
        Violation("O3", bot, f"{client_id} arrived and was not on disk")
        for bot, client_id in world.undurable
    ]


def check_o4(world: World) -> list[Violation]:
    """An order goes from state to state only as the table says."""
    return [
        Violation("O4", name, f"{change.after.client_id} went from {was or 'nothing'} to {now}")
        for name, change in _changes(world)
        for was in (change.before.status if change.before is not None else "",)
        for now in (change.after.status,)
        if now not in FOLLOWS[was]
    ]


def check_o5(world: World) -> list[Violation]:
    """No order ends without evidence, nor otherwise than it has ended at the exchange."""
    return list(_o5(world))


def _o5(world: World) -> Iterator[Violation]:
    for name, change in _changes(world):
        order = change.after
        yield from _of_earlier_name(world, name, change)
        if order.status in LIVE:
            continue
        if order.status in {"refused", "cancelled"} and not order.evidence:
            yield Violation("O5", name, f"{order.client_id} is {order.status} without evidence")
        there = world.bots[name].oracle.order(order.client_id)
        if there is None:
            continue
        if there.is_open:
            yield Violation("O5", name, f"{order.client_id} is {order.status}, and open there")
        elif order.status == "refused" and there.status != "rejected":
            yield Violation("O5", name, f"{order.client_id} is refused, and {there.status} there")
        elif (ended := ENDS.get(there.status)) is not None and ended != order.status:
            words = f"{order.client_id} is {order.status}, and {there.status} there"
            yield Violation("O5", name, words)
        elif order.status == "cancelled" and Fraction(order.filled) != _filled_there(
            world.bots[name], order
        ):
            words = f"{order.client_id} is cancelled with {order.filled} filled"
            yield Violation("O5", name, f"{words}, and there are {float(there.filled):g} there")


def _of_earlier_name(world: World, name: str, change: Change) -> Iterator[Violation]:
    """An order that goes on under another name must rest under the old one no more."""
    before, order = change.before, change.after
    if before is None or before.client_id == order.client_id:
        return
    there = world.bots[name].oracle.order(before.client_id)
    if there is not None and there.is_open:
        words = f"{before.client_id} is {order.client_id} by now, and open there"
        yield Violation("O5", name, words)
    if not order.evidence:
        yield Violation("O5", name, f"{order.client_id} was renamed without evidence")


def _filled_there(bot: WorldBot, order: Order) -> Fraction:
    """What has filled of an order at the exchange, under all of its names."""
    found = (bot.oracle.order(each) for each in order.names)
    return sum((each.filled for each in found if each is not None), Fraction(0))


def check_o6(world: World) -> list[Violation]:
    """An order that is being cancelled is still there until the exchange has ended it."""
    return [
        Violation("O6", name, f"{order.client_id} was to be cancelled, is open, and ended here")
        for name, change in _changes(world)
        for order in (change.after,)
        if order.status not in LIVE
        and any(
            {order.client_id, order.venue_id} & venue.tap.cancels.keys()
            for venue in world.venues.values()
        )
        and (there := world.bots[name].oracle.order(order.client_id)) is not None
        and there.is_open
    ]


def check_o7(world: World) -> list[Violation]:
    """A client id is legal, of one order, and sent once; again only where it came too late."""
    return list(_o7(world))


def _o7(world: World) -> Iterator[Violation]:
    for name, bot in world.bots.items():
        for client_id in bot.books.reused:
            yield Violation("O7", name, f"{client_id} is of more than one order")
    for sent in _news(world):
        if LEGAL.fullmatch(sent.client_id) is None:
            yield Violation("O7", sent.bot, f"{sent.client_id!r} is no client id")
    for venue in world.venues.values():
        for sent in venue.tap.orders[-1:]:
            if venue.tap.sent.get(sent.client_id, 0) > 1:
                yield Violation("O7", sent.bot, f"{sent.client_id} was sent more than once")


def check_o8(world: World) -> list[Violation]:
    """Amounts and prices are plain decimals, and multiples of the market's steps."""
    return list(_o8(world))


def _o8(world: World) -> Iterator[Violation]:
    for sent in _news(world):
        bot = world.bots.get(sent.bot)
        if bot is None:
            continue
        for what, said, step in _steps(bot, sent):
            if not said:
                continue
            if PLAIN.fullmatch(said) is None:
                yield Violation(
                    "O8", sent.bot, f"{what} {said!r} of {sent.client_id} is no decimal"
                )
            elif step and (Fraction(said) / step).denominator != 1:
                words = f"{what} {said} of {sent.client_id} is no multiple of {float(step):g}"
                yield Violation("O8", sent.bot, words)


def _steps(bot: WorldBot, sent: Sent) -> Iterator[tuple[str, str, Fraction]]:
    market = bot.first_market
    if market is not None:
        yield "amount", sent.amount, Fraction(market.step, 10**market.amount_digits)
        yield "price", sent.price, Fraction(market.tick, 10**market.price_digits)


def _changes(world: World) -> Iterator[tuple[str, Change]]:
    for name, bot in world.bots.items():
        for change in bot.books.changes:
            yield name, change


def _news(world: World) -> Iterator[Sent]:
    """The newest order of each exchange: a look is taken at each that arrives."""
    for venue in world.venues.values():
        yield from venue.tap.orders[-1:]
