"""What an account is told of itself: positions, summary, liquidation price; changes nothing."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from ..markets import RATE
from ..values import PositionSide
from .books import Books
from .margin import (
    asked,
    available,
    cross_state,
    maintenance_margin,
    order_margin,
    position_margin,
    setting_of,
    withdrawable,
)
from .records import Account, Position, Slot, Summary
from .terms import Terms


def position_of(books: Books, account: Account, symbol: str, side: PositionSide) -> Position:
    """A position as it is now, of no amount where there is none."""
    terms = books.terms_of(symbol)
    slot = account.slots.get((symbol, side)) or Slot(account.id, symbol, side)
    setting = setting_of(books, account, symbol)
    resting = account.resting.get((symbol, side))
    unrealised = books.unrealised(slot)
    held, ordered = position_margin(books, account, slot), order_margin(books, account, slot)
    value = books.value(slot)
    return Position(
        account=account.id,
        symbol=symbol,
        side=side,
        asset=terms.asset,
        amount=slot.amount,
        entry_cost=slot.cost,
        entry_price=_price(terms, slot, slot.cost),
        break_even_price=_price(terms, slot, slot.cost + slot.spent),
        mark=books.mark(symbol),
        value=value if slot.amount >= 0 else -value,
        leverage=setting.leverage,
        margin_type=setting.margin,
        isolated_wallet=slot.isolated,
        isolated_margin=slot.isolated + unrealised if books.is_isolated(slot) else 0,
        unrealised=unrealised,
        realised=slot.realised,
        initial_margin=held + ordered,
        position_margin=held,
        order_margin=ordered,
        maintenance_margin=maintenance_margin(books, slot),
        max_value=terms.max_value(setting.leverage),
        bid_value=0 if resting is None else resting.bids,
        ask_value=0 if resting is None else resting.asks,
        liquidation_price=liquidation_price(books, account, slot),
        updated_at=slot.updated_at,
    )


def summary_of(books: Books, account: Account, asset: str) -> Summary:
    """What an account has of a margin asset."""
    wallet, unrealised, maintenance = cross_state(books, account, asset)
    crossed, isolated, orders = asked(books, account, asset)
    aside = [slot for slot in books.open_slots(account, asset) if books.is_isolated(slot)]
    total = account.wallets.get(asset, 0)
    profit = unrealised + sum(books.unrealised(slot) for slot in aside)
    return Summary(
        asset=asset,
        wallet=total,
        unrealised=profit,
        margin_balance=total + profit,
        initial_margin=crossed + isolated + orders,
        position_margin=crossed + isolated,
        order_margin=orders,
        maintenance_margin=maintenance + sum(maintenance_margin(books, slot) for slot in aside),
        cross_wallet=wallet,
        cross_unrealised=unrealised,
        available=max(0, available(books, account, asset)),
        withdrawable=withdrawable(books, account, asset),
    )


def liquidation_price(books: Books, account: Account, slot: Slot) -> Fraction | None:
    """The mark at which a position's margin is its maintenance margin; None: at no price.

    All that is crossed in one symbol has one liquidation price; other symbols stay at their marks.
    The brackets are those of the notional at that price, not of the notional now.
    """
    if not slot.amount:
        return None
    terms = books.terms_of(slot.symbol)
    together = [slot]
    wallet = slot.isolated
    if not books.is_isolated(slot):
        wallet, _, _ = cross_state(books, account, terms.asset)
        crossed = [s for s in books.open_slots(account, terms.asset) if not books.is_isolated(s)]
        together = [each for each in crossed if each.symbol == slot.symbol]
        for other in crossed:
            if other.symbol != slot.symbol:
                wallet += books.unrealised(other) - maintenance_margin(books, other)
    return _solve(terms, wallet, together, books.mark(slot.symbol))


def _solve(terms: Terms, wallet: int, slots: list[Slot], mark: int) -> Fraction | None:
    # With x, what one quantum of amount is worth, margin and maintenance are both linear in x as
    # long as no position changes its bracket: solve for each choice of brackets and keep what
    # lies within its own.
    found: list[Fraction] = []
    brackets = terms.brackets()
    last = brackets[-1]
    signed = terms.direction * sum(slot.amount for slot in slots)
    free = wallet - sum(slot.cost for slot in slots)
    for chosen in product(brackets, repeat=len(slots)):
        both = list(zip(slots, chosen, strict=True))
        rates = sum(abs(slot.amount) * bracket[2] for slot, bracket in both)
        slope = Fraction(rates, RATE) - signed
        if not slope:
            continue
        each = (free + sum(deduction for *_, deduction in chosen)) / slope
        fits = all(
            low <= abs(slot.amount) * each and (abs(slot.amount) * each <= high or bracket is last)
            for slot, bracket in both
            for low, high, *_ in (bracket,)
        )
        price = terms.price_at(1, each) if fits else None
        if price is not None:
            found.append(price)
    return min(found, key=lambda price: abs(price - mark), default=None)


def _price(terms: Terms, slot: Slot, cost: int) -> Fraction:
    """The average price of a position of this signed cost; 0 where there is none."""
    if not slot.amount:
        return Fraction(0)
    value = cost if (slot.amount > 0) == (terms.direction > 0) else -cost
    return terms.price_at(abs(slot.amount), Fraction(value)) or Fraction(0)
