"""Bugs of whoever keeps the money: the ledger and what an order holds of it (F)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from ...actors.exchange.adapters.adapter import Adapter
from ...actors.market.money import ZERO, add
from ...actors.orders import lifecycle
from ...actors.portfolio import ledger
from ...actors.portfolio.ledger import Portfolio
from ...actors.portfolio.model import Balance
from .bug import Bug


def _rounds(_: Any) -> Any:
    def multiply(one: Decimal, other: Decimal) -> Decimal:
        return Decimal(str(float(one) * float(other)))

    return multiply


def _books_fees_again(right: Any) -> Any:
    def settle(self: Any, message: Any) -> Any:
        if message.left:
            again = (replace(each, fee=each.fee + each.fee) for each in message.fills)
            message = replace(message, fills=tuple(again))
        return right(self, message)

    return settle


def _overwrites(right: Any) -> Any:
    def filled(order: Any, *more: Any) -> Any:
        return right(replace(order, filled=ZERO, cost=ZERO), *more)

    return filled


def _lets_go(right: Any) -> Any:
    def lost(order: Any, evidence: str, at: Any) -> Any:
        return replace(right(order, evidence, at), held=ZERO)

    return lost


def _keeps_the_booking(_: Any) -> Any:
    def aborted(self: Any, message: Any) -> None:
        del self, message

    return aborted


def _keeps_all_reserved(right: Any) -> Any:
    def settle(self: Any, message: Any) -> Any:
        held = self._reservations.get(message.order_id)
        booking = right(self, message)
        if message.left and held is not None:
            self._reservations[message.order_id] = held
        return booking

    return settle


def _owes(_: Any) -> Any:
    def post(balances: Any, entries: Any) -> Any:
        after: dict[str, Balance] = {}
        for line in entries:
            if line.account not in {"available", "reserved"}:
                continue
            nothing = Balance(line.asset, ZERO, ZERO)
            was = after.get(line.asset) or balances.get(line.asset) or nothing
            part = add(getattr(was, line.account), line.delta)
            after[line.asset] = replace(was, **{line.account: part})
        return tuple(after.values())

    return post


def _names_them_otherwise(right: Any) -> Any:
    async def fills_of(self: Any, *args: Any) -> Any:
        found = await right(self, *args)
        return tuple(replace(each, trade_id=f"{each.trade_id}-rest") for each in found)

    return fills_of


OF_MONEY: Final = (
    Bug(
        name="rounds_through_float",
        words="An amount and its price are multiplied as floats.",
        codes=("F5",),
        owner=lifecycle,
        part="multiply",
        wrong=_rounds,
    ),
    Bug(
        name="books_the_fee_of_a_partial_fill_twice",
        words="The fee of a trade is booked with it, and once more while its order goes on.",
        codes=("F6",),
        owner=Portfolio,
        part="settle",
        wrong=_books_fees_again,
    ),
    Bug(
        name="partial_fill_overwrites",
        words="What a trade fills takes the place of what had filled before.",
        codes=("F5", "F3"),
        owner=lifecycle,
        part="filled",
        wrong=_overwrites,
    ),
    Bug(
        name="keeps_all_reserved_at_a_partial_fill",
        words="A reservation is not made smaller by what it has paid, and released as a whole.",
        codes=("F3",),
        owner=Portfolio,
        part="settle",
        wrong=_keeps_all_reserved,
    ),
    Bug(
        name="lets_go_of_an_unknown_order",
        words="An order that was not answered holds nothing any more, though it may be there.",
        codes=("F3",),
        faults=("A1", "A2", "A3", "A4", "A5"),
        owner=lifecycle,
        part="lost",
        wrong=_lets_go,
    ),
    Bug(
        name="keeps_the_booking_of_a_refused_commit",
        words="What the journal has refused stays booked in memory.",
        codes=("F1", "F3", "P1"),
        faults=("K3",),
        owner=Portfolio,
        part="aborted",
        wrong=_keeps_the_booking,
    ),
    Bug(
        name="spends_what_is_not_there",
        words="A balance may fall below nothing.",
        codes=("F2",),
        owner=ledger,
        part="post",
        wrong=_owes,
    ),
    Bug(
        name="knows_a_trade_by_two_names",
        words="A trade that is read has another id than the same one told by the stream.",
        codes=("F4",),
        owner=Adapter,
        part="fills_of",
        wrong=_names_them_otherwise,
    ),
)
