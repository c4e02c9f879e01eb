"""The clearing against a naive ledger: any orders, any marks, and both must tell the same story.

Marks move too little for a liquidation here; those have a machine of their own.
"""

from fractions import Fraction

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from benthic.actors.market.side import Side
from benthic.actors.matching.engine import MatchingEngine
from benthic.actors.matching.futures import FuturesClearing
from benthic.actors.matching.markets import ATOM, RATE, Market
from benthic.actors.matching.values import (
    BalanceChanged,
    Liquidated,
    OrderChanged,
    OrderRequest,
    PositionSide,
)
from benthic.runtime.clock import Millis

from .desk import BTC, COIN, ETH, reason_of
from .naive import EIGHT, Holding, Ledger

ACCOUNTS = (1, 2, 3, 4)
HEDGED = 3
CLOSE = Fraction(1, 10**15)  # beyond the atoms that two ways of reckoning may differ by
MAKER, TAKER = -RATE // 10_000, RATE * 5 // 10_000

levels = st.integers(-10, 10)


class ClearingMachine(RuleBasedStateMachine):
    """Orders, cancels, marks, funding and deposits."""

    markets: tuple[Market, ...] = (BTC, ETH)
    asset = "USDT"
    funds = 300
    unit = 1  # amount quanta

    def __init__(self) -> None:
        super().__init__()
        self.clearing = FuturesClearing()
        markets = [msgspec.structs.replace(m, maker=MAKER, taker=TAKER) for m in self.markets]
        self.engine = MatchingEngine(markets, self.clearing)
        self.ledger = Ledger(self.engine.markets)
        self.now = Millis(0)
        self.told: dict[int, int] = dict.fromkeys(ACCOUNTS, 0)

    @initialize(leverages=st.lists(st.integers(1, 3), min_size=8, max_size=8))
    def begin(self, leverages: list[int]) -> None:
        for account in ACCOUNTS:
            self.clearing.open_account(account)
            self.pay(account, self.funds)
            for symbol in self.engine.markets:
                leverage = leverages.pop()
                self.clearing.set_leverage(account, symbol, leverage)
                self.ledger.leverage[account, symbol] = leverage
        self.clearing.set_position_mode(HEDGED, "hedge")
        for symbol in self.engine.markets:
            self.set_mark(symbol, 0)

    def price(self, symbol: str, level: int) -> int:
        return 10**6 + level * (4_999 if symbol != "ETHUSDT" else 3_331)

    def symbol(self, number: int) -> str:
        return list(self.engine.markets)[number % len(self.engine.markets)]

    def pay(self, account: int, amount: int) -> None:
        self.clearing.deposit(account, self.asset, amount * ATOM, self.now)
        paid = self.ledger.paid_in
        paid[account] = paid.get(account, Fraction(0)) + amount

    def listen(self) -> None:
        for event in self.engine.take_events():
            assert not isinstance(event, Liquidated)
            if isinstance(event, BalanceChanged):
                self.told[event.account] += event.delta
                assert event.free == self.told[event.account]
            elif isinstance(event, OrderChanged) and event.execution is not None:
                trade = event.execution
                place = (trade.account, trade.symbol, trade.position_side)
                self.ledger.trades.setdefault(place, []).append(trade)

    @rule(
        account=st.sampled_from(ACCOUNTS),
        number=st.integers(0, 1),
        side=st.sampled_from(("buy", "sell")),
        amount=st.integers(1, 40),
        level=levels,
        closes=st.sampled_from((0, 0, 1)),
    )
    def place(
        self, account: int, number: int, side: Side, amount: int, level: int, closes: int
    ) -> None:
        symbol, price = self.symbol(number), self.price(self.symbol(number), level)
        position_side: PositionSide = "both"
        if account == HEDGED:
            position_side = "long" if (side == "buy") != bool(closes) else "short"
        is_closing = account == HEDGED and bool(closes)
        amount *= self.unit
        signed = amount if side == "buy" else -amount
        held = self.ledger.replay((account, symbol, position_side))[0]
        margin = self.margin_after(account, symbol, position_side, held, signed, price)
        request = OrderRequest(
            account=account,
            symbol=symbol,
            side=side,
            kind="limit",
            amount=amount,
            price=price,
            position_side=position_side,
        )
        closing = sum(
            order.left
            for order in self.engine.open_orders(account, symbol)
            if order.request.side == side and order.request.position_side == position_side
        )
        reason = reason_of(self.engine, request, self.now)
        if is_closing:
            assert reason == ("REDUCE_ONLY" if amount + closing > abs(held.amount) else "")
        elif reason:
            assert reason == "MARGIN_IS_INSUFFICIENT"
            assert margin < CLOSE
        else:
            assert margin > -CLOSE
            order = self.engine.orders(account, symbol)[-1]
            self.ledger.losses[symbol, order.id] = self.ledger.loss(symbol, held, signed, price)
        self.listen()

    def margin_after(
        self,
        account: int,
        symbol: str,
        side: PositionSide,
        held: Holding,
        signed: int,
        price: int,
    ) -> Fraction:
        """What would be available with one more order; 0 where it asks for nothing."""
        ledger = self.ledger
        every = self.engine.open_orders(account)
        there = [
            order
            for order in every
            if (order.request.symbol, order.request.position_side) == (symbol, side)
        ]
        before = ledger.asked(account, symbol, held, there)
        more = ledger.loss(symbol, held, signed, price)
        after = ledger.asked(account, symbol, held, there, more=(signed, price, more.loss))
        if after <= before:
            return Fraction(0)
        return ledger.available(account, every) + before - after

    @rule(account=st.sampled_from(ACCOUNTS), number=st.integers(0, 5))
    def cancel(self, account: int, number: int) -> None:
        orders = self.engine.open_orders(account)
        if orders:
            order = orders[number % len(orders)]
            self.engine.cancel(account, order.request.symbol, self.now, order_id=order.id)
            self.listen()

    @rule(number=st.integers(0, 1), level=levels)
    def mark(self, number: int, level: int) -> None:
        self.set_mark(self.symbol(number), level)

    def set_mark(self, symbol: str, level: int) -> None:
        self.now = Millis(self.now + 1)
        mark = self.ledger.marks[symbol] = self.price(symbol, level)
        self.engine.set_mark(symbol, mark, mark, self.now)
        self.listen()

    @rule(number=st.integers(0, 1), rate=st.integers(-30_000, 30_000))
    def fund(self, number: int, rate: int) -> None:
        self.now = Millis(self.now + 1)
        symbol = self.symbol(number)
        ledger = self.ledger
        before = {account: self.clearing.free(account, self.asset) for account in ACCOUNTS}
        self.engine.fund(symbol, rate, self.now)
        for account in ACCOUNTS:
            exact = Fraction(0)
            places = [place for place in ledger.trades if place[:2] == (account, symbol)]
            for place in places:
                held = ledger.replay(place)[0]
                worth = ledger.worth(symbol, abs(held.amount), ledger.marks[symbol])
                exact -= (worth if held.amount > 0 else -worth) * Fraction(rate, RATE)
            booked = Fraction(self.clearing.free(account, self.asset) - before[account], ATOM)
            assert -CLOSE <= exact - booked < len(places) * EIGHT + CLOSE
            ledger.funding[account] = ledger.funding.get(account, Fraction(0)) + booked
        self.listen()

    @rule(account=st.sampled_from(ACCOUNTS), amount=st.integers(1, 100))
    def deposit(self, account: int, amount: int) -> None:
        self.pay(account, amount)
        self.listen()

    @invariant()
    def the_books_add_up(self) -> None:
        self.clearing.check()

    @invariant()
    def wallets_and_positions_are_those_of_the_ledger(self) -> None:
        for account in ACCOUNTS:
            wallet = Fraction(self.clearing.free(account, self.asset), ATOM)
            assert wallet == self.ledger.wallet(account)
        for account, symbol, side in self.ledger.trades:
            trades = self.ledger.trades[account, symbol, side]
            held, profits = self.ledger.replay((account, symbol, side))
            for trade, profit in zip(trades, profits, strict=True):
                assert -CLOSE <= profit - Fraction(trade.profit, ATOM) < EIGHT + CLOSE
                fee = self.ledger.worth(symbol, trade.amount, trade.price)
                fee *= Fraction(MAKER if trade.liquidity == "maker" else TAKER, RATE)
                assert abs(fee - Fraction(trade.fee, ATOM)) < EIGHT
            position = next(p for p in self.clearing.positions(account, symbol) if p.side == side)
            assert position.amount == held.amount
            assert abs(Fraction(abs(position.entry_cost), ATOM) - held.worth) < CLOSE

    @invariant()
    def what_is_available_is_what_the_ledger_says(self) -> None:
        for account in ACCOUNTS if self.ledger.marks else ():
            orders = self.engine.open_orders(account)
            expected = max(Fraction(0), self.ledger.available(account, orders))
            said = Fraction(self.clearing.summary(account, self.asset).available, ATOM)
            assert abs(said - expected) < CLOSE


class InverseMachine(ClearingMachine):
    """As above, for a contract that is paid for in coins."""

    markets = (COIN,)
    asset = "BTC"
    funds = 1
    unit = 10


TestLinearClearing = ClearingMachine.TestCase
TestLinearClearing.settings = settings(max_examples=40, stateful_step_count=40)
TestInverseClearing = InverseMachine.TestCase
TestInverseClearing.settings = settings(max_examples=30, stateful_step_count=40)
