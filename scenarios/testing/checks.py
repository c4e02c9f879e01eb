"""Assertions on orders and money; each says what is there instead."""

from __future__ import annotations

from decimal import Decimal

from ..world import WorldBot
from ..world.agreement import differences


def assert_filled(bot: WorldBot, order_id: str, amount: str | None = None) -> None:
    """The order has filled: all of it, or as much as is said, base currency."""
    order = bot.order(order_id)
    wanted = order.amount if amount is None else Decimal(amount)
    if order.filled != wanted:
        raise AssertionError(
            f"{order.client_id} is {order.status} and has filled {order.filled}, not {wanted}"
        )


def assert_open(bot: WorldBot, *order_ids: str) -> None:
    """These orders are open, in the books and at the exchange, and no others are."""
    here = {order.client_id for order in bot.books.live.values()}
    there = {order.client_id for order in bot.oracle.open_orders()}
    wanted = {bot.order(order_id).client_id for order_id in order_ids}
    if here != wanted or there != wanted:
        raise AssertionError(
            f"open should be {sorted(wanted)}: the books have {sorted(here)}, "
            f"the exchange has {sorted(there)}"
        )


def assert_balance(bot: WorldBot, asset: str, total: str) -> None:
    """The account owns exactly so much of an asset, by the bot's books."""
    balance = bot.books.balances.get(asset)
    found = Decimal(0) if balance is None else balance.total
    if found != Decimal(total):
        raise AssertionError(f"the books have {found} {asset}, not {total}")


def assert_agrees(bot: WorldBot) -> None:
    """Books and exchange tell the same of every order and of all money."""
    found = [words for _, words in differences(bot.books, bot.oracle)]
    if found:
        raise AssertionError("; ".join(found))
