"""The portfolio against a naive model in fractions, one booking at a time, as its desk books."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from benthic.actors.market import Fill, Side
from benthic.actors.portfolio.ledger import Portfolio
from benthic.actors.portfolio.messages import (
    Aborted,
    Adjust,
    AlreadyReserved,
    Booking,
    GetBalance,
    GetBalances,
    InsufficientFunds,
    LedgerMismatch,
    Open,
    Release,
    Reserve,
    Settle,
)
from benthic.actors.portfolio.model import Balance, Reservation
from benthic.runtime import Millis

ASSETS = ("BTC", "USDT", "BNB")
DEPOSITS = (("USDT", Decimal(1000)), ("BNB", Decimal(1)))
order_ids = st.sampled_from(["o-1", "o-2", "o-3", "o-4"])
amounts = st.decimals("0.001", "800", places=3)
sides = st.sampled_from(("buy", "sell"))
trades = st.tuples(
    st.decimals("0.001", "9", places=3),
    st.decimals("0.01", "300", places=2),
    st.decimals("-0.5", "2", places=5),
    st.sampled_from(ASSETS),
)

Held = dict[str, tuple[str, Fraction]]
Money = dict[tuple[str, str], Fraction]  # (asset, "available" or "reserved")


class LedgerMachine(RuleBasedStateMachine):
    """`self.money` and `self.held` say what must be; `self.kept` what the journal has of it."""

    @initialize()
    def open(self) -> None:
        self.portfolio = Portfolio(DEPOSITS)
        self.money: Money = defaultdict(Fraction)
        self.held: Held = {}
        self.pending: Booking | None = self.portfolio.open(Open((), ()))
        self.newest: Booking | None = None  # the last one that was committed
        for asset, amount in DEPOSITS:
            self.money[asset, "available"] += Fraction(amount)
        self.kept: tuple[Money, Held] = (defaultdict(Fraction), {})
        self.aborted: Booking | None = None  # the last one that was

    @precondition(lambda self: self.pending is None)
    @rule(asset=st.sampled_from(ASSETS), amount=st.decimals("-300", "300", places=3))
    def adjust(self, asset: str, amount: Decimal) -> None:
        """Money moves by another hand (B9)."""
        try:
            self.pending = self.portfolio.adjust(Adjust(asset, amount))
        except InsufficientFunds:
            assert self.money[asset, "available"] + Fraction(amount) < 0
        else:
            self.move(asset, "available", Fraction(amount))

    @precondition(lambda self: self.pending is None)
    @rule(order_id=order_ids, asset=st.sampled_from(ASSETS), amount=amounts)
    def reserve(self, order_id: str, asset: str, amount: Decimal) -> None:
        try:
            self.pending = self.portfolio.reserve(Reserve(order_id, asset, amount))
        except AlreadyReserved:
            assert order_id in self.held
        except InsufficientFunds:
            assert self.money[asset, "available"] < Fraction(amount)
        else:
            assert order_id not in self.held
            self.move(asset, "available", -Fraction(amount))
            self.move(asset, "reserved", Fraction(amount))
            self.held[order_id] = (asset, Fraction(amount))

    @precondition(lambda self: self.pending is None)
    @rule(
        order_id=order_ids,
        fills=st.lists(trades, min_size=1, max_size=3),
        side=sides,
        share=st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1)]),
    )
    def settle(
        self,
        order_id: str,
        fills: list[tuple[Decimal, Decimal, Decimal, str]],
        side: Side,
        share: Decimal,
    ) -> None:
        asset, held = self.held.get(order_id, ("USDT" if side == "buy" else "BTC", Fraction(0)))
        if asset == "BNB":
            return  # nobody pays for BTC with it here
        side = "buy" if asset == "USDT" else "sell"
        exact = Decimal(held.numerator) / Decimal(held.denominator)
        left = (exact * share).quantize(Decimal("0.001"))
        if left > exact:
            return
        moves = self.expected(side, fills, held - Fraction(left))
        report = tuple(
            Fill(str(n), "bn", "BTC/USDT", side, price, amount, fee, fee_asset, Millis(0))
            for n, (amount, price, fee, fee_asset) in enumerate(fills)
        )
        try:
            self.pending = self.portfolio.settle(
                Settle(order_id, side, "BTC", "USDT", report, left)
            )
        except InsufficientFunds:
            assert any(self.money[key] + change < 0 for key, change in moves.items())
            return
        for (of, account), change in moves.items():
            self.move(of, account, change)
        self.held.pop(order_id, None)
        if left:
            self.held[order_id] = (asset, Fraction(left))

    @precondition(lambda self: self.pending is None)
    @rule(order_id=order_ids)
    def release(self, order_id: str) -> None:
        self.pending = self.portfolio.release(Release(order_id))
        asset, amount = self.held.pop(order_id, ("USDT", Fraction(0)))
        self.move(asset, "reserved", -amount)
        self.move(asset, "available", amount)

    @precondition(lambda self: self.pending is not None)
    @rule()
    def commit(self) -> None:
        assert self.pending is not None
        self.kept = (self.money.copy(), self.held.copy())
        self.newest = self.pending  # the next booking makes it final
        self.pending = None

    @precondition(lambda self: self.pending is not None)
    @rule()
    def abort(self) -> None:
        assert self.pending is not None
        self.portfolio.aborted(Aborted(self.pending.number))
        self.money, self.held = self.kept[0].copy(), self.kept[1].copy()
        self.aborted = self.pending
        self.pending = None

    @precondition(lambda self: self.newest is not None and self.pending is not None)
    @rule()
    def come_late_with_an_abort(self) -> None:
        assert self.newest is not None
        with pytest.raises(LedgerMismatch, match="it was final"):
            self.portfolio.aborted(Aborted(self.newest.number))

    @precondition(lambda self: self.aborted is not None)
    @rule()
    def abort_once_more(self) -> None:
        assert self.aborted is not None
        self.portfolio.aborted(Aborted(self.aborted.number))

    @rule()
    def die_and_open_again(self) -> None:
        self.money, self.held = self.kept[0].copy(), self.kept[1].copy()
        self.pending, self.newest, self.aborted = None, None, None
        balances = [
            Balance(
                asset, *(decimal(self.money[asset, part]) for part in ("available", "reserved"))
            )
            for asset in ASSETS
        ]
        held = [Reservation(o, asset, decimal(of)) for o, (asset, of) in self.held.items()]
        self.portfolio = Portfolio(DEPOSITS)
        fresh = not any(balance.total for balance in balances)
        self.pending = self.portfolio.open(Open(() if fresh else tuple(balances), tuple(held)))
        if fresh:
            for asset, amount in DEPOSITS:
                self.move(asset, "available", Fraction(amount))
        else:
            assert self.pending.entries == ()

    @invariant()
    def everything_is_where_the_model_has_it(self) -> None:
        balances = self.portfolio.balances(GetBalances())

        assert [balance.asset for balance in balances] == sorted(b.asset for b in balances)
        for asset in ASSETS:
            balance = self.portfolio.balance(GetBalance(asset))
            assert Fraction(balance.available) == self.money[asset, "available"] >= 0  # F2
            assert Fraction(balance.reserved) == self.money[asset, "reserved"]
            held = sum(amount for of, amount in self.held.values() if of == asset)
            assert self.money[asset, "reserved"] == held  # F3

    def move(self, asset: str, account: str, change: Fraction) -> None:
        self.money[asset, account] += change

    def expected(
        self, side: Side, fills: list[tuple[Decimal, Decimal, Decimal, str]], unlocked: Fraction
    ) -> Money:
        """What a settlement must move: available and reserved only."""
        moves: Money = defaultdict(Fraction)
        sign = 1 if side == "buy" else -1
        paid = "USDT" if side == "buy" else "BTC"
        moves[paid, "reserved"] -= unlocked
        moves[paid, "available"] += unlocked
        for amount, price, fee, fee_asset in fills:
            moves["BTC", "available"] += sign * Fraction(amount)
            moves["USDT", "available"] -= sign * Fraction(amount) * Fraction(price)
            moves[fee_asset, "available"] -= Fraction(fee)  # F6
        return moves


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


TestLedger = LedgerMachine.TestCase
