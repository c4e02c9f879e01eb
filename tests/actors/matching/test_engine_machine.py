"""Everything that can be asked of a spot engine, in any order, with little money.

After each step the money adds up, the book is not crossed, and whoever kept the events knows the
same book, balances and orders as the engine.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from benthic.actors.market.side import Side
from benthic.actors.matching.clearing import SpotClearing
from benthic.actors.matching.engine import MatchingEngine
from benthic.actors.matching.lists import Contingency
from benthic.actors.matching.markets import ATOM
from benthic.actors.matching.refusals import Refused
from benthic.actors.matching.values import (
    ENDED,
    BalanceChanged,
    LevelChanged,
    ListChanged,
    Order,
    OrderChanged,
    OrderKind,
    SelfTrade,
    TimeInForce,
    Traded,
)
from benthic.runtime.clock import Millis

from .floor import BTC, SYMBOL, wanted

UNIT = 100_000  # quanta of one BTC
MARKET = replace(BTC, max_orders=12, max_stops=4)

accounts = st.integers(1, 4)
sides = st.sampled_from(("buy", "sell"))
amounts = st.integers(1, 40).map(lambda tenths: tenths * UNIT // 10)
prices = st.integers(9_990, 10_010)  # around 100.00
modes = st.sampled_from(
    ("none", "none", "expire_taker", "expire_maker", "expire_both", "decrement")
)
stops = st.sampled_from(
    ("stop_loss", "stop_limit", "take_profit", "take_profit_limit", "trailing_stop")
)


class EngineMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clearing = SpotClearing()
        self.engine = MatchingEngine([MARKET], self.clearing, history=30)
        self.now = 0
        for account in range(1, 5):
            self.clearing.open_account(account, maker=-10_000 if account == 1 else None)
            self.clearing.deposit(account, "BTC", 6 * ATOM, self.at())
            self.clearing.deposit(account, "USDT", 600 * ATOM, self.at())
        self.book: dict[tuple[str, int], int] = {}
        self.balances: dict[tuple[int, str], tuple[int, int]] = {}
        self.statuses: dict[int, str] = {}
        self.lists: dict[int, str] = {}
        self.traded = 0
        self.mine: list[Order] = []

    def at(self) -> Millis:
        self.now += 1
        return Millis(self.now)

    @rule(
        account=accounts,
        side=sides,
        amount=amounts,
        price=st.none() | prices,
        force=st.sampled_from(("GTC", "GTC", "GTC", "IOC", "FOK", "GTX", "GTD")),
        mode=modes,
        visible=st.none() | st.just(UNIT // 10),
    )
    def send(
        self,
        account: int,
        side: Side,
        amount: int,
        price: int | None,
        force: TimeInForce,
        mode: SelfTrade,
        visible: int | None,
    ) -> None:
        rests = price is not None and force not in {"IOC", "FOK"}
        request = wanted(
            account,
            side,
            amount,
            price,
            time_in_force=force,
            good_till=Millis(self.now + 5),
            self_trade=mode,
            visible=visible if rests else None,
        )
        self.attempt(lambda: self.mine.append(self.engine.submit(request, self.at())))

    @rule(account=accounts, side=sides, cost=st.integers(10**8, 5 * 10**9), mode=modes)
    def send_by_quote(self, account: int, side: Side, cost: int, mode: SelfTrade) -> None:
        request = wanted(account, side, None, quote_amount=cost, self_trade=mode)
        self.attempt(lambda: self.engine.submit(request, self.at()))

    @rule(
        account=accounts, side=sides, kind=stops, amount=amounts, price=prices, stop=prices,
        bips=st.none() | st.integers(10, 30),
    )  # fmt: skip
    def send_stop(
        self,
        account: int,
        side: Side,
        kind: OrderKind,
        amount: int,
        price: int,
        stop: int,
        bips: int | None,
    ) -> None:
        request = wanted(
            account,
            side,
            amount,
            price if kind.endswith("_limit") else None,
            kind,
            stop_price=None if kind == "trailing_stop" else stop,
            trailing_bips=10 if kind == "trailing_stop" else bips,
        )
        self.attempt(lambda: self.engine.submit(request, self.at()))

    @rule(
        account=accounts,
        side=sides,
        amount=amounts,
        limit=prices,
        stop=prices,
        first=prices,
        contingency=st.sampled_from(("OCO", "OTO", "OTOCO")),
    )
    def send_list(
        self,
        account: int,
        side: Side,
        amount: int,
        limit: int,
        stop: int,
        first: int,
        contingency: Contingency,
    ) -> None:
        other: Side = "buy" if side == "sell" else "sell"
        pair = (
            wanted(account, side, amount, limit, time_in_force="GTX"),
            wanted(account, side, amount, kind="stop_loss", stop_price=stop),
        )
        legs = {
            "OCO": pair,
            "OTO": (wanted(account, other, amount, first), pair[0]),
            "OTOCO": (wanted(account, other, amount, first), *pair),
        }[contingency]
        self.attempt(lambda: self.engine.submit_list(legs, self.at(), contingency=contingency))

    @rule(account=accounts, which=st.integers(0, 11))
    def cancel(self, account: int, which: int) -> None:
        orders = self.engine.open_orders(account)
        if orders:
            number = orders[which % len(orders)].id
            self.engine.cancel(account, SYMBOL, self.at(), order_id=number)

    @rule(account=accounts, which=st.integers(0, 11), amount=amounts)
    def amend(self, account: int, which: int, amount: int) -> None:
        orders = self.engine.open_orders(account)
        if orders:
            number = orders[which % len(orders)].id
            self.attempt(
                lambda: self.engine.amend(
                    account, SYMBOL, self.at(), order_id=number, amount=amount
                )
            )

    @rule()
    def expire(self) -> None:
        self.engine.expire(self.at())

    @rule(account=accounts)
    def cancel_all(self, account: int) -> None:
        self.engine.cancel_all(account, SYMBOL, self.at())

    @rule(account=accounts, units=st.integers(1, 5))
    def move_money(self, account: int, units: int) -> None:
        self.clearing.deposit(account, "BTC", units * ATOM, self.at())
        self.attempt(lambda: self.clearing.withdraw(account, "BTC", 2 * units * ATOM, self.at()))

    @rule(remainder=st.integers(0, 3))
    def restart(self, remainder: int) -> None:
        self.follow()
        lost = self.engine.restart(
            self.at(), lambda order: order.list_id < 0 and order.id % 4 == remainder
        )
        for order in lost:
            del self.statuses[order.id]
        for account in range(1, 5):
            for asset, balance in self.clearing.balances(account).items():
                self.balances[account, asset] = balance

    def attempt(self, step: object) -> None:
        before = len(self.engine.events)
        try:
            step()  # type: ignore[operator]  # all of them are called without arguments
        except Refused:
            assert len(self.engine.events) == before, "a refused step left a trace"

    def follow(self) -> None:
        """Take the events, as somebody who knows nothing else."""
        for event in self.engine.take_events():
            match event:
                case LevelChanged(amount=0):
                    self.book.pop((event.side, event.price), None)
                case LevelChanged():
                    self.book[event.side, event.price] = event.amount
                case BalanceChanged():
                    before = self.balances.get((event.account, event.asset), (0, 0))
                    assert sum(before) + event.delta == event.free + event.locked
                    self.balances[event.account, event.asset] = (event.free, event.locked)
                case OrderChanged():
                    assert self.statuses.get(event.order.id) not in ENDED
                    self.statuses[event.order.id] = event.status
                case ListChanged():
                    self.lists[event.list_id] = event.state
                case Traded():
                    self.traded += 1
                    assert event.trade_id == self.traded
                case _:
                    raise AssertionError(event)

    @invariant()
    def the_money_adds_up(self) -> None:
        self.clearing.check()

    @invariant()
    def the_book_is_not_crossed(self) -> None:
        bid, ask = self.engine.best(SYMBOL)
        assert bid is None or ask is None or bid < ask

    @invariant()
    def the_events_tell_all(self) -> None:
        self.follow()
        bids, asks = self.engine.depth(SYMBOL, 1_000)
        told = {("buy", price): amount for price, amount in bids}
        told |= {("sell", price): amount for price, amount in asks}
        assert self.book == told
        for account in range(1, 5):
            for asset, balance in self.clearing.balances(account).items():
                assert self.balances[account, asset] == balance
            for order in self.engine.orders(account, SYMBOL):
                assert self.statuses[order.id] == order.status
            for made in self.engine.order_lists(account):
                assert self.lists[made.id] == made.state
                ended = all(order.status in ENDED for order in made.orders)
                assert ended is (made.state == "done")

    @invariant()
    def the_book_is_what_is_open(self) -> None:
        self.follow()
        shown: dict[tuple[str, int], int] = {}
        for account in range(1, 5):
            for order in self.engine.open_orders(account):
                assert order.status in {"open", "partial", "held"}
                assert 0 < order.left <= order.amount
                if order.status != "held":
                    place = (order.request.side, order.price)
                    shown[place] = shown.get(place, 0) + order.shown
        assert shown == self.book


EngineMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=40)
test_the_engine_keeps_its_promises_whatever_is_asked = EngineMachine.TestCase
