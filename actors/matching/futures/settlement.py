"""What a trade does to the money and the position of one side, and who pays where a side cannot.

A crossed position pays and is paid from the wallet. An isolated one is given its initial margin
when it opens, gets the share of it back when it closes, and can lose no more than it has. What an
account cannot pay any more the insurance fund pays, and what the fund lacks the venue pays into
it: no user ever owes without a position whose profit covers it.
"""

from __future__ import annotations

from typing import NamedTuple

from ....runtime import Millis
from ..values import Movement, Order
from .books import Books
from .holds import opening_loss
from .margin import setting_of
from .moves import Moved, move
from .records import Account, Slot
from .terms import INSURANCE, QUANTUM, Terms, fee_of, floored


class Charge(NamedTuple):
    """What a side pays for a trade, in atoms."""

    fee: int  # to the venue; < 0: a rebate
    clearance: int  # of a forced order, to the insurance fund


FREE = Charge(0, 0)


class Settlement:
    """Books the sides of trades."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def settle(  # noqa: PLR0913 - one side of a trade
        self,
        slot: Slot,
        terms: Terms,
        signed: int,
        price: int,
        charge: Charge,
        movement: Movement,
        at: Millis,
        *,
        trade_id: int = 0,
    ) -> int:
        """Book `signed` quanta traded at `price` (quanta); the profit that was realised."""
        books, asset = self._books, terms.asset
        account = books.accounts[slot.account]
        value = terms.value(abs(signed), price)
        loss = opening_loss(terms, slot, signed, price, books.mark(slot.symbol))
        moved = move(slot, signed, terms.direction * (value if signed > 0 else -value))
        books.into("settlement", asset, -moved.profit)
        profit = floored(moved.profit) if account.is_user() else moved.profit
        books.into("rounding", asset, moved.profit - profit)
        slot.realised += profit
        slot.spent = _spent(slot, moved, charge.fee, profit)
        paid = profit - charge.fee - charge.clearance
        if account.id == 0:
            books.into("house", asset, paid)
            return profit
        books.post(account, asset, paid, movement, at, slot.symbol)
        books.into("fees", asset, charge.fee)
        if charge.clearance:
            books.post(books.accounts[INSURANCE], asset, charge.clearance, "insurance", at)
        if account.is_user() and books.is_isolated(slot):
            self._isolate(account, slot, terms, moved, paid, value, loss, at)
        books.note(account, "profit", slot.symbol, asset, profit, at, trade_id)
        books.note(account, "fee", slot.symbol, asset, -charge.fee, at, trade_id)
        books.note(account, "insurance", slot.symbol, asset, -charge.clearance, at, trade_id)
        books.tell_position(slot, movement, at)
        self.cover(account, asset, at)
        return profit

    def _isolate(  # noqa: PLR0913, PLR0917 - as `settle`
        self,
        account: Account,
        slot: Slot,
        terms: Terms,
        moved: Moved,
        paid: int,
        value: int,
        loss: int,
        at: Millis,
    ) -> None:
        """Move the margin of an isolated position between it and the rest of the wallet."""
        if moved.closed:
            released = slot.isolated * moved.closed // moved.before
            slot.isolated -= released
            net = released + paid
            if net < 0:
                taken = min(slot.isolated, -net)
                slot.isolated -= taken
                self.insure(account, terms.asset, max(0, -net - taken), at)
        if moved.opened and slot.amount:
            leverage = setting_of(self._books, account, slot.symbol).leverage
            part = value * moved.opened // (moved.opened + moved.closed)
            margin = -(-(-(-part // leverage) + loss) // QUANTUM) * QUANTUM
            free = self._books.cross_wallet(account, terms.asset)
            slot.isolated += max(0, min(margin, free))

    def charge(
        self, order: Order, slot: Slot, terms: Terms, rate: int, amount: int, price: int
    ) -> Charge:
        """What a trade costs a side at this rate (1e-8).

        A forced order pays out of what its price leaves above the bankruptcy price, the fee of
        the trade first: what it closes never costs more than the position has.
        """
        account = self._books.accounts[slot.account]
        if not account.is_user():
            return FREE
        value = terms.value(amount, price)
        fee = fee_of(value, rate)
        if not order.is_liquidation:
            return Charge(fee, 0)
        worst = terms.value(amount, order.price)
        gain = terms.direction * (value - worst)
        surplus = floored(max(0, gain if order.request.side == "sell" else -gain))
        contract = terms.market.contract
        clearance = 0 if contract is None else fee_of(value, contract.liquidation_fee)
        fee = min(fee, surplus)
        return Charge(fee, min(clearance, surplus - max(0, fee)))

    def cover(self, account: Account, asset: str, at: Millis) -> None:
        """Where nothing is left that could cover a debt, the insurance fund pays it."""
        books = self._books
        if account.id == INSURANCE:
            self.aid(asset, -account.wallets.get(asset, 0), at)
            return
        if any(not books.is_isolated(slot) for slot in books.open_slots(account, asset)):
            return
        self.insure(account, asset, -books.cross_wallet(account, asset), at)

    def insure(self, account: Account, asset: str, atoms: int, at: Millis) -> None:
        """The insurance fund pays for an account; nothing where `atoms` is not above 0."""
        if atoms > 0:
            books = self._books
            fund = books.accounts[INSURANCE]
            books.post(account, asset, atoms, "insurance", at)
            books.note(account, "insurance", "", asset, atoms, at)
            books.post(fund, asset, -atoms, "insurance", at)
            self.aid(asset, -fund.wallets[asset], at)

    def aid(self, asset: str, atoms: int, at: Millis) -> None:
        """The venue pays into the insurance fund; nothing where `atoms` is not above 0."""
        if atoms > 0:
            self._books.into("aid", asset, -atoms)
            self._books.post(self._books.accounts[INSURANCE], asset, atoms, "insurance", at)


def _spent(slot: Slot, moved: Moved, fee: int, profit: int) -> int:
    """What a position must bring to break even, after a trade."""
    if not slot.amount:
        return 0
    is_new = moved.opened and (moved.closed or not moved.before)
    return fee if is_new else slot.spent + fee - profit
