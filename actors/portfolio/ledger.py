"""The portfolio of one account: the owner of its balances and reservations.

What a booking moves is decided in `balances`, which is pure; this file keeps the outcome and, until
the desk asks for the next booking or says `Aborted`, the way back. The portfolio stores nothing
itself: it opens with what the desk read from the journal, and dies and restarts together with that
desk.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from decimal import Decimal

import msgspec

from ...runtime import Actor, UsageError, on
from ..market.money import ZERO, add
from .balances import Entries, adjust, deposit, post, release, reserve, reverse, settle, usable
from .messages import (
    Aborted,
    Adjust,
    AlreadyReserved,
    Booking,
    GetBalance,
    GetBalances,
    GetBooks,
    InsufficientFunds,
    LedgerMismatch,
    NotOpen,
    Open,
    Release,
    Reserve,
    SetAside,
    Settle,
)
from .model import Balance, Reservation


class _Pending(msgspec.Struct, gc=False):
    """How to take a booking back."""

    number: int
    entries: Entries
    order_id: str
    before: Reservation | None


class Portfolio(Actor):
    """Answers the bookings of one desk, and questions after balances from anybody.

    deposits: what a fresh account starts with, (asset, amount > 0), booked when the journal has
    never seen the account. kept: see `balances.settle`.
    """

    def __init__(
        self,
        deposits: Iterable[tuple[str, Decimal]] = (),
        *,
        kept: Container[str] | None = None,
    ) -> None:
        self._deposits = tuple(deposits)
        self._kept = kept
        self._balances: dict[str, Balance] = {}  # by asset, in their order
        self._firsts: dict[str, int] = {}  # asset -> number of the booking that brought it first
        self._reservations: dict[str, Reservation] = {}  # by order id
        self._asides: dict[str, Decimal] = {}  # by asset, what others lock at the venue
        self._pending: _Pending | None = None  # the last booking
        self._number = 0
        self._aborted = 0  # the last booking that was reversed
        self._is_open = False

    @on(Open)
    def open(self, message: Open) -> Booking:
        if self._is_open:
            raise UsageError("the portfolio is open: it is opened once in an incarnation")
        known = sorted(message.balances, key=lambda balance: balance.asset)
        self._balances = {balance.asset: balance for balance in known}
        self._reservations = {held.order_id: held for held in message.reservations if held.amount}
        check_reservations(message.balances, message.reservations)
        self._is_open = True
        if message.balances:
            return self._book((), "", None)
        entries = [line for asset, amount in self._deposits for line in deposit(asset, amount)]
        return self._book(tuple(entries), "", None)

    @on(Reserve)
    def reserve(self, message: Reserve) -> Booking:
        if not self._is_open:
            raise NotOpen
        order_id = message.order_id
        if order_id in self._reservations:
            raise AlreadyReserved(order_id)
        asset, amount = message.asset, message.amount
        if self._asides:
            left = self._usable(asset).available
            if amount > left:
                raise InsufficientFunds(asset, needed=amount, available=left)
        booking = self._book(reserve(asset, amount), order_id, None)
        self._reservations[order_id] = Reservation(order_id, asset, amount)
        return booking

    @on(Settle)
    def settle(self, message: Settle) -> Booking:
        if not self._is_open:
            raise NotOpen
        order_id, left = message.order_id, message.left
        held = self._reservations.get(order_id)
        unlocked = ZERO if held is None else add(held.amount, left.copy_negate())
        if unlocked < ZERO or (held is None and left):
            raise UsageError(f"order {order_id}: {left} cannot stay reserved of {held}")
        side, base, quote = message.side, message.base, message.quote
        entries = settle(side, base, quote, message.fills, unlocked, kept=self._kept)
        booking = self._book(entries, order_id, held)
        if held is not None:
            if left:
                self._reservations[order_id] = Reservation(order_id, held.asset, left)
            else:
                del self._reservations[order_id]
        return booking

    @on(Release)
    def release(self, message: Release) -> Booking:
        if not self._is_open:
            raise NotOpen
        held = self._reservations.get(message.order_id)
        if held is None:
            return self._book((), message.order_id, None)
        booking = self._book(release(held.asset, held.amount), message.order_id, held)
        del self._reservations[message.order_id]
        return booking

    @on(Adjust)
    def adjust(self, message: Adjust) -> Booking:
        if not self._is_open:
            raise NotOpen
        return self._book(adjust(message.asset, message.amount, message.source), "", None)

    @on(SetAside)
    def set_aside(self, message: SetAside) -> None:
        self._asides = dict(message.amounts)

    @on(Aborted)
    def aborted(self, message: Aborted) -> None:
        pending = self._pending
        if message.number == self._aborted:
            return  # once is all
        if pending is None or pending.number != message.number:
            raise LedgerMismatch(
                f"booking {message.number} cannot be reversed, it was final when the next one was "
                "asked for"
            )
        self._pending, self._aborted = None, message.number
        after = post(self._balances, reverse(pending.entries))  # nothing was booked since
        for balance in after:
            asset = balance.asset
            self._balances[asset] = balance
            if self._firsts.get(asset) == message.number and not balance.total:
                del self._balances[asset]  # as if it had never been here
        if pending.before is not None:
            self._reservations[pending.order_id] = pending.before
        else:
            self._reservations.pop(pending.order_id, None)

    @on(GetBalance)
    def balance(self, message: GetBalance) -> Balance:
        if not self._is_open:
            raise NotOpen
        return self._usable(message.asset)

    @on(GetBalances)
    def balances(self, message: GetBalances) -> tuple[Balance, ...]:  # noqa: ARG002 - it has no fields
        if not self._is_open:
            raise NotOpen
        if self._asides:
            return tuple(map(self._usable, self._balances))
        return tuple(self._balances.values())

    @on(GetBooks)
    def books(self, _: GetBooks) -> tuple[Balance, ...]:
        if not self._is_open:
            raise NotOpen
        return tuple(self._balances.values())

    def _usable(self, asset: str) -> Balance:
        balance = self._balances.get(asset) or Balance(asset, ZERO, ZERO)
        return usable(balance, self._asides.get(asset, ZERO))

    def _book(self, entries: Entries, order_id: str, before: Reservation | None) -> Booking:
        balances = self._balances
        after = post(balances, entries)
        self._number = number = self._number + 1
        for balance in after:
            asset = balance.asset
            if asset in balances:
                balances[asset] = balance
            else:
                self._firsts[asset] = number
                self._balances = balances = dict(sorted([*balances.items(), (asset, balance)]))
        self._pending = _Pending(number, entries, order_id, before)
        return Booking(number, entries, after)


def check_reservations(
    balances: tuple[Balance, ...], reservations: tuple[Reservation, ...]
) -> None:
    """Raise LedgerMismatch unless what is reserved is what the live orders hold (F3), exactly."""
    held: dict[str, Decimal] = {}
    for reservation in reservations:
        held[reservation.asset] = add(held.get(reservation.asset, ZERO), reservation.amount)
    reserved = {balance.asset: balance.reserved for balance in balances}
    for asset in sorted(held.keys() | reserved.keys()):
        kept, known = held.get(asset, ZERO), reserved.get(asset, ZERO)
        if kept != known:
            raise LedgerMismatch(
                f"the journal has {known} {asset} reserved, but its live orders hold {kept}: "
                "check the store with `benthic orders`, do not trade on it"
            )
