"""Invariants of money (F), over what the stores of the bots have acknowledged."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ...actors.orders.model import OUT, Order
from ..world import Violation, World, WorldBot
from ..world.agreement import differences


def check_f1(world: World) -> list[Violation]:
    """Each balance is what was booked to it, exactly, and no booking makes money of nothing."""
    return list(_f1(world))


def _f1(world: World) -> Iterator[Violation]:
    for name, bot in world.bots.items():
        books = bot.books
        yield from (Violation("F1", name, words) for words in books.made)
        for asset, balance in books.balances.items():
            for part, said in (("available", balance.available), ("reserved", balance.reserved)):
                booked = books.moved.get((asset, part), Fraction(0))
                if booked != Fraction(said):
                    words = f"{part} {asset} is {said}, and {float(booked):.12g} was booked"
                    yield Violation("F1", name, words)


def check_f2(world: World) -> list[Violation]:
    """Nothing is negative."""
    return [
        Violation("F2", name, f"{part} {balance.asset} is {amount}")
        for name, bot in world.bots.items()
        for balance in bot.books.balances.values()
        for part, amount in (("available", balance.available), ("reserved", balance.reserved))
        if amount < 0
    ]


def check_f3(world: World) -> list[Violation]:
    """What is reserved is what live orders hold: enough each, and nothing once it has ended."""
    return list(_f3(world))


def _f3(world: World) -> Iterator[Violation]:
    for name, bot in world.bots.items():
        books = bot.books
        for change in books.changes:
            order = change.after
            if order.status not in OUT and order.held:
                words = f"{order.client_id} is {order.status} and holds {order.held}"
                yield Violation("F3", name, words)
            elif order.status in OUT and Fraction(order.held) < (least := _least(order)):
                words = f"{order.client_id} is {order.status} and holds {order.held}, not the "
                yield Violation("F3", name, words + f"{float(least):.12g} that it may still cost")
        held = books.held()
        for asset, balance in books.balances.items():
            if held.get(asset, Fraction(0)) != Fraction(balance.reserved):
                words = f"{balance.reserved} {asset} is reserved, and the live orders hold "
                yield Violation("F3", name, words + f"{float(held.get(asset, 0)):.12g}")


def _least(order: Order) -> Fraction:
    """What an order that lives may still cost at least; of one at market that is not known."""
    left = Fraction(order.amount) - Fraction(order.filled)
    if order.side == "sell":
        return left
    return Fraction(0) if order.price is None else left * Fraction(order.price)


def check_f4(world: World) -> list[Violation]:
    """Each trade was booked once, and is one that the exchange made."""
    return list(_f4(world))


def _f4(world: World) -> Iterator[Violation]:
    for name, bot in world.bots.items():
        books = bot.books
        latest = books.latest
        for key in [f"{fill.symbol}:{fill.trade_id}" for fill in latest.fills] if latest else ():
            if books.trades.get(key, 0) > 1:
                yield Violation("F4", name, f"trade {key} was booked {books.trades[key]} times")
            if bot.oracle.market is not None and not _has_happened(bot, key):
                yield Violation("F4", name, f"trade {key} is in the books and never happened")
        if world.is_over and books.trades:
            made = {
                str(number) if side == "buy" else f"{number}:{side}"
                for number, side in bot.oracle.trades()
            }
            for key in books.trades:
                if made and key.partition(":")[2] not in made:
                    yield Violation("F4", name, f"trade {key} is in the books and never happened")


def _has_happened(bot: WorldBot, key: str) -> bool:
    _, _, trade = key.partition(":")
    number, _, side = trade.partition(":")
    return number.isdecimal() and bot.oracle.has_traded(int(number), side or "buy")


def check_f5(world: World) -> list[Violation]:
    """What an order has filled is the sum of its trades, never less than before nor too much."""
    return list(_f5(world))


def _f5(world: World) -> Iterator[Violation]:
    for name, bot in world.bots.items():
        books = bot.books
        for change in books.changes:
            order, before = change.after, change.before
            filled = books.filled.get(order.id, Fraction(0))
            cost = books.cost.get(order.id, Fraction(0))
            if (filled, cost) != (Fraction(order.filled), Fraction(order.cost)):
                words = f"{order.client_id} says it filled {order.filled} for {order.cost}"
                yield Violation("F5", name, f"{words}, its trades say {float(filled):.12g}")
            if order.filled > order.amount:
                words = f"{order.client_id} filled {order.filled} of {order.amount}"
                yield Violation("F5", name, words)
            if before is not None and order.filled < before.filled:
                words = f"{order.client_id} had filled {before.filled}, now {order.filled}"
                yield Violation("F5", name, words)


def check_f6(world: World) -> list[Violation]:
    """What was booked as fees is what the trades cost, in the asset in which they cost it."""
    return list(_f6(world))


def _f6(world: World) -> Iterator[Violation]:
    for name, bot in world.bots.items():
        books = bot.books
        assets = {asset for asset, part in books.moved if part == "fees"} | books.fees.keys()
        for asset in sorted(assets):
            booked = books.moved.get((asset, "fees"), Fraction(0))
            charged = books.fees.get(asset, Fraction(0))
            if booked != charged:
                words = f"{float(booked):.12g} {asset} was booked as fees, the trades cost"
                yield Violation("F6", name, f"{words} {float(charged):.12g}")


def check_f7(world: World) -> list[Violation]:
    """Once all is quiet, books and exchange agree; looked at where a script waited for that."""
    if not world.is_over or world.converged_within is None or not world.is_settled:
        return []
    return [
        Violation("F7", name, words)
        for name, bot in world.bots.items()
        for code, words in differences(bot.books, bot.oracle)
        if code == "F7"
    ]


def check_f8(world: World) -> list[Violation]:
    """What nobody explains is booked as such and said aloud, to the last digit."""
    return list(_f8(world))


def _f8(world: World) -> Iterator[Violation]:
    if not world.is_over:
        return
    for name, bot in world.bots.items():
        external = {
            asset: -amount
            for (asset, part), amount in bot.books.moved.items()
            if part == "external"
        }
        told = bot.said("drift")
        for asset, amount in external.items():
            said = sum(
                (
                    Fraction(str(each.fields["booked"]))
                    for each in told
                    if getattr(each.fields["difference"], "asset", "") == asset
                ),
                Fraction(0),
            )
            if said == amount or (len(bot.lives) > 1 and told):
                continue  # a process that dies says nothing of its last commit
            words = f"{float(amount):.12g} {asset} was booked as external, and said aloud of it"
            if amount or said:
                yield Violation("F8", name, f"{words} {float(said):.12g}")
