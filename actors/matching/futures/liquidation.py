"""Who cannot keep a position, what the venue does about it, and who bears what is left.

A position (or all that are crossed together) whose margin balance does not exceed its maintenance
margin is closed by force, one position after the other:

1. An order at the *bankruptcy price*, at which nothing would be left, trades with the book.
2. What the book does not take, the insurance fund takes over at that price, as long as the fund
   is not worth less than nothing then. It sells what it has at mark or better.
3. What the fund cannot take is closed against the positions on the other side, at the same price
   and for no fee: those with the highest profit and leverage first, each as far as it can bear it.
4. What even they cannot bear the fund takes all the same, and the venue pays into it what it lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from ....runtime import Millis
from ...market.side import Side
from ..markets import Market
from ..protocol import Forced
from ..values import Movement, Order
from .books import Books
from .margin import own_equity
from .records import Account, Slot
from .settlement import FREE, Settlement
from .terms import INSURANCE, Terms


class Liquidation:
    """Finds who is due, and takes over what the book does not."""

    def __init__(self, books: Books, settlement: Settlement) -> None:
        self._books = books
        self._settlement = settlement
        self._offered: dict[str, tuple[int, Millis]] = {}  # at which mark the fund has sold

    def mark_moved(self, market: Market, mark: int, at: Millis) -> tuple[Forced, ...]:
        """Take note of a mark; the next position that must be closed, if there is one."""
        books = self._books
        books.marks[market.symbol] = mark
        asset = books.terms(market).asset
        for _, account in sorted(books.accounts.items()):
            if account.is_user():
                slot = self._due(account, asset, market.symbol)
                if slot is not None:
                    return (self._forced(slot, bankruptcy_price(books, slot)),)
        return self._offer(market, mark, at)

    def absorb(self, order: Order, market: Market, amount: int, at: Millis) -> None:
        """Take over what the book left of a forced order."""
        books = self._books
        request = order.request
        slot = books.account(request.account).slot(request.symbol, request.position_side)
        amount = min(amount, abs(slot.amount))
        if slot.account == INSURANCE or not amount:
            return
        terms = books.terms(market)
        fund = books.accounts[INSURANCE].slot(market.symbol, "both")
        if not self._can_bear(slot, terms, amount, order.price):
            for other in self._ranked(slot):
                taken = min(amount, self._bearable(other, terms, order.price))
                if taken:
                    self._close_against(slot, other, terms, taken, order.price, "adl", at)
                    amount -= taken
        if amount:
            self._close_against(slot, fund, terms, amount, order.price, "insurance", at)
            self._settlement.aid(terms.asset, -self._fund_equity(terms.asset), at)

    # -- who is due

    def _due(self, account: Account, asset: str, symbol: str) -> Slot | None:
        books = self._books
        crossed: list[Slot] = []
        equity, maintenance = account.wallets.get(asset, 0), 0
        for slot in books.open_slots(account, asset):
            profit, least = books.standing(slot)
            equity -= slot.isolated
            if not books.is_isolated(slot):
                crossed.append(slot)
                equity += profit
                maintenance += least
            elif slot.isolated + profit <= least:
                return slot
        if not crossed or equity > maintenance:
            return None
        return max(crossed, key=lambda slot: (slot.symbol == symbol, books.value(slot)))

    def _forced(self, slot: Slot, price: int) -> Forced:
        side: Side = "sell" if slot.amount > 0 else "buy"
        return Forced(slot.account, slot.symbol, slot.side, side, abs(slot.amount), price)

    def _offer(self, market: Market, mark: int, at: Millis) -> tuple[Forced, ...]:
        """Let the insurance fund close what it has, once at each mark."""
        slot = self._books.accounts[INSURANCE].slots.get((market.symbol, "both"))
        if slot is None or not slot.amount or self._offered.get(market.symbol) == (mark, at):
            return ()
        self._offered[market.symbol] = (mark, at)
        return (self._forced(slot, on_tick(Fraction(mark), slot.amount, market.tick)),)

    # -- who bears it

    def _fund_equity(self, asset: str) -> int:
        fund = self._books.accounts[INSURANCE]
        unrealised = (self._books.unrealised(slot) for slot in self._books.open_slots(fund, asset))
        return fund.wallets.get(asset, 0) + sum(unrealised)

    def _can_bear(self, slot: Slot, terms: Terms, amount: int, price: int) -> bool:
        """Whether the fund is worth something after it took over `amount` at `price`."""
        mark = self._books.mark(slot.symbol)
        gain = terms.direction * (terms.value(amount, mark) - terms.value(amount, price))
        return self._fund_equity(terms.asset) + (gain if slot.amount > 0 else -gain) >= 0

    def _ranked(self, slot: Slot) -> Iterator[Slot]:
        """The positions on the other side, by how much they win with how little."""
        books = self._books
        others = [
            other
            for other in books.holders(slot.symbol)
            if other.account > 0 and other.amount * slot.amount < 0
        ]
        return iter(sorted(others, key=lambda other: -deleverage_rank(books, other)))

    def _bearable(self, slot: Slot, terms: Terms, price: int) -> int:
        """How much of a position can be closed at `price` and leave its owner no debt."""
        books = self._books
        account = books.accounts[slot.account]
        amount = abs(slot.amount)
        resting = account.resting.get((slot.symbol, slot.side))
        if resting is not None:
            amount -= resting.closing  # its closing orders must find what they close
        mark = books.mark(slot.symbol)
        gain = terms.direction * (terms.value(amount, price) - terms.value(amount, mark))
        loss = -gain if slot.amount > 0 else gain
        equity = own_equity(books, slot)
        if loss <= 0 or equity >= loss:
            return amount
        return max(0, equity * amount // loss)

    def _close_against(
        self,
        slot: Slot,
        other: Slot,
        terms: Terms,
        amount: int,
        price: int,
        movement: Movement,
        at: Millis,
    ) -> None:
        """Close a bankrupt position against another one, outside of the book."""
        signed = -amount if slot.amount > 0 else amount
        self._settlement.settle(other, terms, -signed, price, FREE, movement, at)
        self._settlement.settle(slot, terms, signed, price, FREE, "liquidation", at)


def bankruptcy_price(books: Books, slot: Slot) -> int:
    """The price at which closing a position leaves nothing behind it, on the tick that is safe.

    It is sought between half and twice the mark. Beyond that lies only who is bankrupt already by
    more than the position could ever cost; the insurance fund covers it.
    """
    terms = books.terms_of(slot.symbol)
    mark = books.mark(slot.symbol)
    value, amount = books.value(slot), abs(slot.amount)
    rises = (slot.amount > 0) == (terms.direction > 0)  # whether more value is more profit
    equity = own_equity(books, slot)
    price = terms.price_at(amount, Fraction(value - equity if rises else value + equity))
    low, high = Fraction(mark, 2), Fraction(2 * mark)
    if price is None:  # worth nothing: a linear price of 0, an inverse price beyond all bounds
        price = low if terms.direction > 0 else high
    return on_tick(min(max(price, low), high), slot.amount, terms.tick)


def on_tick(price: Fraction, amount: int, tick: int) -> int:
    """The next tick that is no worse for whoever closes a position of this amount."""
    ticks = price / tick
    return max(1, ceil(ticks) if amount > 0 else floor(ticks)) * tick


def deleverage_rank(books: Books, slot: Slot) -> Fraction:
    """How near a position is to being closed for others: its profit times its real leverage.

    Where it loses, the loss divided by the leverage: all who lose come after all who win.
    """
    profit = Fraction(books.unrealised(slot), max(1, abs(slot.cost)))
    leverage = Fraction(books.value(slot), max(1, own_equity(books, slot)))
    return profit * leverage if profit > 0 or not leverage else profit / leverage
