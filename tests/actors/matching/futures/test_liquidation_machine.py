"""Gaps, thin funds and every mode at once: whatever happens, nobody owes and everything adds up."""

from contextlib import suppress
from fractions import Fraction

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from benthic.actors.market.side import Side
from benthic.actors.matching.engine import MatchingEngine
from benthic.actors.matching.futures import (
    INSURANCE,
    FuturesClearing,
    MarginMove,
    MarginType,
    PositionMode,
)
from benthic.actors.matching.markets import ATOM, RATE, Market
from benthic.actors.matching.refusals import Refused
from benthic.actors.matching.values import BalanceChanged, OrderRequest, PositionSide
from benthic.runtime.clock import Millis

from .desk import BTC, COIN, ETH, reason_of

ACCOUNTS = (1, 2, 3, 4, 5)

JUMPS = (50, 80, 95, 99, 100, 101, 105, 120, 200)  # percent of the mark

SIDES: tuple[PositionSide, ...] = ("both", "long", "short")

levels = st.sampled_from([-2, -1, 0, 0, 0, 1, 2])  # percent of the mark


class ChaosMachine(RuleBasedStateMachine):
    """Five accounts with high leverage and little money, and marks that jump."""

    markets: tuple[Market, ...] = (BTC, ETH)
    asset = "USDT"
    dust = ATOM // 100  # deposits are multiples of it

    def __init__(self) -> None:
        super().__init__()
        self.clearing = FuturesClearing()
        markets = [
            msgspec.structs.replace(market, maker=-RATE // 20_000, taker=RATE // 2_000)
            for market in self.markets
        ]
        self.engine = MatchingEngine(markets, self.clearing)
        self.symbols = list(self.engine.markets)
        self.now = Millis(0)
        self.told: dict[int, int] = dict.fromkeys(ACCOUNTS, 0)
        self.paid_in = 0
        self.is_fresh = False  # whether the marks have been looked at since the last trade

    @initialize(
        funds=st.lists(st.integers(10_000, 100_000), min_size=5, max_size=5),
        modes=st.lists(st.sampled_from(["one_way", "hedge"]), min_size=5, max_size=5),
        margins=st.lists(st.sampled_from(["cross", "isolated"]), min_size=10, max_size=10),
        leverages=st.lists(st.sampled_from([1, 20, 50, 100]), min_size=10, max_size=10),
        fund=st.integers(0, 5_000),
    )
    def begin(
        self,
        funds: list[int],
        modes: list[PositionMode],
        margins: list[MarginType],
        leverages: list[int],
        fund: int,
    ) -> None:
        self.pay(INSURANCE, fund)
        for account in ACCOUNTS:
            self.clearing.open_account(account)
            self.pay(account, funds[account - 1])
            if modes[account - 1] == "hedge":
                self.clearing.set_position_mode(account, "hedge")
            for symbol in self.symbols:
                self.clearing.set_leverage(account, symbol, leverages.pop())
                if margins.pop() == "isolated":
                    self.clearing.set_margin_type(account, symbol, "isolated")
        for symbol in self.symbols:
            self.set_mark(symbol, self.quanta(symbol, 10_000))

    def pay(self, account: int, amount: int) -> None:
        self.clearing.deposit(account, self.asset, amount * self.dust, self.now)
        self.paid_in += amount * self.dust

    def send(self, request: OrderRequest, *refusals: str) -> None:
        """Send an order that may be refused for these reasons, and for no other."""
        self.is_fresh = False
        assert reason_of(self.engine, request, self.now) in {"", *refusals}

    def quanta(self, symbol: str, price: int) -> int:
        return int(price * 10 ** self.engine.markets[symbol].price_digits)

    def set_mark(self, symbol: str, mark: int) -> None:
        self.now = Millis(self.now + 1)
        self.engine.set_mark(symbol, mark, mark, self.now)

    def near(self, symbol: str, level: int) -> int:
        """A price in quanta, some percent from the mark."""
        return (self.engine.mark(symbol) or 0) * (100 + level) // 100

    def affordable(self, account: int, symbol: str) -> int:
        """How much a new order may be about, in amount quanta."""
        free = self.clearing.summary(account, self.asset).available
        position = self.clearing.positions(account, symbol)[0]
        value = min(free * position.leverage, position.max_value)
        market, mark = self.engine.markets[symbol], self.engine.mark(symbol) or 1
        assert market.contract is not None
        price = Fraction(mark, 10**market.price_digits)
        each = market.contract.size / price if market.family == "inverse" else price
        return int(Fraction(value, ATOM) / each * 10**market.amount_digits)

    @rule(
        account=st.sampled_from(ACCOUNTS),
        number=st.integers(0, 1),
        side=st.sampled_from(("buy", "sell")),
        share=st.integers(1, 100),
        level=levels,
        closes=st.sampled_from((0, 0, 1)),
    )
    def place(
        self, account: int, number: int, side: Side, share: int, level: int, closes: int
    ) -> None:
        symbol = self.symbols[number % len(self.symbols)]
        is_hedged = self.clearing.position_mode(account) == "hedge"
        position_side: PositionSide = "both"
        if is_hedged:
            position_side = "long" if (side == "buy") != bool(closes) else "short"
        request = OrderRequest(
            account=account,
            symbol=symbol,
            side=side,
            kind="limit",
            amount=max(1, self.affordable(account, symbol) * share // 100),
            price=self.near(symbol, level),
            position_side=position_side,
            is_reduce_only=bool(closes) and not is_hedged,
        )
        self.send(request, "MARGIN_IS_INSUFFICIENT", "REDUCE_ONLY", "MAX_POSITION")

    @rule(
        buyer=st.sampled_from(ACCOUNTS),
        seller=st.sampled_from(ACCOUNTS),
        number=st.integers(0, 1),
        share=st.integers(50, 100),
        level=levels,
    )
    def meet(self, buyer: int, seller: int, number: int, share: int, level: int) -> None:
        """Two accounts trade as much as the poorer of them may."""
        symbol = self.symbols[number % len(self.symbols)]
        amount = min(self.affordable(account, symbol) for account in (buyer, seller))
        sides: tuple[tuple[int, Side, PositionSide], ...]
        sides = ((seller, "sell", "short"), (buyer, "buy", "long"))
        for account, side, opening in sides:
            is_hedged = self.clearing.position_mode(account) == "hedge"
            request = OrderRequest(
                account=account,
                symbol=symbol,
                side=side,
                kind="limit",
                amount=max(1, amount * share // 100),
                price=self.near(symbol, level),
                position_side=opening if is_hedged else "both",
            )
            self.send(request, "MARGIN_IS_INSUFFICIENT", "MAX_POSITION")

    @rule(
        account=st.sampled_from(ACCOUNTS),
        number=st.integers(0, 1),
        side=st.sampled_from(("buy", "sell")),
    )
    def close(self, account: int, number: int, side: Side) -> None:  # fmt: skip
        symbol = self.symbols[number % len(self.symbols)]
        for position in self.clearing.positions(account, symbol):
            if position.amount and (position.amount > 0) == (side == "sell"):
                request = OrderRequest(
                    account=account,
                    symbol=symbol,
                    side=side,
                    kind="market",
                    amount=abs(position.amount),
                    position_side=position.side,
                )
                # a margin may be missing where other orders of the same side are open
                self.send(request, "REDUCE_ONLY", "NO_LIQUIDITY", "MARGIN_IS_INSUFFICIENT")

    @rule(number=st.integers(0, 1), jump=st.sampled_from(JUMPS))
    def mark(self, number: int, jump: int) -> None:
        symbol = self.symbols[number % len(self.symbols)]
        mark = (self.engine.mark(symbol) or 0) * jump // 100
        self.set_mark(symbol, min(max(mark, self.quanta(symbol, 100)), self.quanta(symbol, 10**6)))
        self.is_fresh = True

    @rule(
        number=st.integers(0, 1), rate=st.sampled_from([-RATE // 20, -RATE // 10_000, RATE // 100])
    )
    def fund(self, number: int, rate: int) -> None:
        self.now = Millis(self.now + 1)
        self.engine.fund(self.symbols[number % len(self.symbols)], rate, self.now)
        self.is_fresh = True

    @rule(account=st.sampled_from(ACCOUNTS))
    def withdraw(self, account: int) -> None:
        most = self.clearing.summary(account, self.asset).withdrawable
        self.clearing.withdraw(account, self.asset, most, self.now)
        self.paid_in -= most

    @rule(account=st.sampled_from(ACCOUNTS), number=st.integers(0, 1), share=st.integers(-50, 50))
    def move_margin(self, account: int, number: int, share: int) -> None:
        symbol = self.symbols[number % len(self.symbols)]
        way: MarginMove = "add" if share > 0 else "remove"
        for position in self.clearing.positions(account, symbol):
            if position.isolated_wallet:
                atoms = abs(share) * position.isolated_wallet // 100
                with suppress(Refused):  # too much, or a share of 0
                    self.clearing.position_margin(
                        account, symbol, position.side, atoms, way, at=self.now
                    )

    @invariant()
    def the_books_add_up(self) -> None:
        self.clearing.check()
        assert self.clearing.total(self.asset) == self.paid_in

    @invariant()
    def longs_and_shorts_are_equal(self) -> None:
        for symbol in self.symbols:
            held = [
                self.clearing.position(account, symbol, side)
                for account in (*ACCOUNTS, INSURANCE)
                for side in SIDES
            ]
            assert sum(position.amount for position in held) == 0
            assert all(p.amount >= 0 for p in held if p.side == "long")
            assert all(p.amount <= 0 for p in held if p.side == "short")

    @invariant()
    def every_change_of_a_wallet_was_told(self) -> None:
        for event in self.engine.take_events():
            if isinstance(event, BalanceChanged):
                self.told[event.account] += event.delta
        for account, told in self.told.items():
            assert self.clearing.free(account, self.asset) == told
            assert told == sum(income.atoms for income in self.clearing.income(account))

    @invariant()
    def nobody_owes(self) -> None:
        assert self.clearing.insurance(self.asset) >= 0
        for account in ACCOUNTS:
            summary = self.clearing.summary(account, self.asset)
            crossed = [p for p in self.clearing.positions(account) if p.margin_type == "cross"]
            assert crossed or summary.cross_wallet >= 0
            if self.is_fresh:
                assert summary.margin_balance >= 0

    @invariant()
    def after_a_mark_everybody_has_the_maintenance_margin(self) -> None:
        if not self.is_fresh:
            return
        for account in ACCOUNTS:
            positions = self.clearing.positions(account)
            crossed = [p for p in positions if p.margin_type == "cross"]
            summary = self.clearing.summary(account, self.asset)
            if crossed:
                equity = summary.cross_wallet + summary.cross_unrealised
                assert equity > sum(position.maintenance_margin for position in crossed)
            for position in positions:
                if position.margin_type == "isolated":
                    assert position.isolated_margin > position.maintenance_margin

    @invariant()
    def without_orders_nothing_is_held_for_them(self) -> None:
        for account in ACCOUNTS:
            if not self.engine.open_orders(account) and self.asset in self.clearing.balances(
                account
            ):
                assert self.clearing.summary(account, self.asset).order_margin == 0

    @invariant()
    def a_liquidation_price_lies_where_margin_and_maintenance_meet(self) -> None:
        for account in ACCOUNTS if self.is_fresh else ():
            positions = self.clearing.positions(account)
            symbols = [position.symbol for position in positions]
            for position in positions:
                price = position.liquidation_price
                if price is not None and symbols.count(position.symbol) == 1:
                    below = price < position.mark
                    assert below == (position.amount > 0)
                    assert 0 < price != position.mark


class InverseChaosMachine(ChaosMachine):
    """As above, in coins."""

    markets = (COIN,)
    asset = "BTC"
    dust = ATOM // 10**6


TestChaos = ChaosMachine.TestCase
TestChaos.settings = settings(max_examples=50, stateful_step_count=40)
TestInverseChaos = InverseChaosMachine.TestCase
TestInverseChaos.settings = settings(max_examples=40, stateful_step_count=40)
