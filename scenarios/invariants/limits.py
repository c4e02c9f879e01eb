"""The invariant of limits (O9): what a bot sends is within those that the exchange has told.

An exchange refuses the rest, so this is about manners and about a desk that knows its market: what
would be refused for its value, and one order too many, is not sent. Held against the market as the
bot has learnt it; in a market that was changed since, nobody can know better.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from ...actors.matching.markets import Market
from ..world import Sent, Violation, World, WorldBot

SPAN: Final = 10_000  # ms, of the limit of orders that Binance has
OFTEN: Final = 100  # orders of one account within that
NEAR: Final = Fraction(9, 10)  # of the price that a market order is worth here: it moves meanwhile


def check_o9(world: World) -> list[Violation]:
    """What is sent keeps the limits of rate, number and value that the exchange has told."""
    return list(_o9(world))


def _o9(world: World) -> Iterator[Violation]:
    for venue in world.venues.values():
        sent = venue.tap.orders[-1:]
        bot = world.bots.get(sent[0].bot) if sent else None
        if bot is None or bot.first_market is None or bot.first_market != bot.oracle.market:
            continue
        if sent[0].status:
            continue  # it was looked at as it arrived
        for words in (*_of_value(bot, bot.first_market, sent[0]), *_of_number(bot, sent[0])):
            yield Violation("O9", bot.name, f"{sent[0].client_id} {words}")
        before = [each for each in venue.tap.orders[-OFTEN - 1 :] if each.bot == bot.name]
        if len(before) > OFTEN and before[-1].at - before[0].at < SPAN:
            yield Violation("O9", bot.name, f"sent {len(before)} orders within {SPAN} ms")


def _of_value(bot: WorldBot, market: Market, sent: Sent) -> Iterator[str]:
    """What is wrong with its size; of an order that is sent for the first time."""
    order = bot.books.by_client_id(sent.client_id)
    if order is None or order.filled or not sent.amount:
        return  # what is left of an order may be less than an order has to be
    amount = Fraction(sent.amount) * 10**market.amount_digits
    if not market.min_amount <= amount <= market.max_amount:
        yield f"is for {sent.amount}, which no order may be"
    price = Fraction(sent.price) if sent.price else bot.oracle.price
    least = market.min_cost if sent.price else market.min_cost * NEAR
    if price is not None and amount * price * 10**market.price_digits < least:
        yield f"is for {sent.amount} at {sent.price or 'market'}, which is worth too little"


def _of_number(bot: WorldBot, sent: Sent) -> Iterator[str]:
    """One too many beside those that rest there. It is among them where it was taken already."""
    market = bot.first_market
    others = [each for each in bot.oracle.open_orders() if each.client_id != sent.client_id]
    if market is not None and len(others) >= market.max_orders:
        yield f"comes beside {len(others)} others, and {market.max_orders} may rest"
