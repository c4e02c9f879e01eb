"""The matching engine against a book written the plainest way: same trades, same books."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.market.side import Side
from benthic.actors.matching.refusals import Refused
from benthic.actors.matching.values import Order, SelfTrade, TimeInForce, Traded
from benthic.benchmarks.naive_book import NaiveBook, Resting

from .floor import NOW, SYMBOL, Floor

Flow = list[tuple[str, tuple[object, ...]]]

sides = st.sampled_from(("buy", "sell"))
forces = st.sampled_from(("GTC", "GTC", "GTC", "IOC", "FOK", "GTX"))
modes = st.sampled_from(
    ("none", "none", "expire_taker", "expire_maker", "expire_both", "decrement")
)
accounts = st.integers(1, 3)
amounts = st.integers(100, 900)
prices = st.integers(100_000, 100_009)  # narrow, so that most orders meet

limits = st.tuples(accounts, sides, amounts, prices, forces, modes, st.none() | st.integers(10, 60))
markets = st.tuples(accounts, sides, amounts, modes)
cancels = st.tuples(st.integers(0, 200))
flows = st.lists(
    st.one_of(
        st.tuples(st.just("limit"), limits),
        st.tuples(st.just("limit"), limits),
        st.tuples(st.just("market"), markets),
        st.tuples(st.just("cancel"), cancels),
    ),
    min_size=1,
    max_size=60,
)

STATES = {
    "open": "open",
    "partial": "open",
    "filled": "filled",
    "expired": "ended",
    "cancelled": "ended",
    "expired_in_match": "prevented",
}


class Both:
    """The same flow through both."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.naive = NaiveBook()
        self.orders: dict[int, Order] = {}

    def limit(
        self,
        account: int,
        side: Side,
        amount: int,
        price: int,
        force: TimeInForce,
        mode: SelfTrade,
        visible: int | None,
    ) -> None:
        shown = None if force in {"IOC", "FOK"} else visible
        number = 1 + max(self.orders, default=0)
        taken = self.naive.submit(Resting(number, account, side, price, amount, shown), force, mode)
        try:
            order = self.floor.send(
                account,
                side,
                amount,
                price,
                time_in_force=force,
                self_trade=mode,
                visible=shown,
            )
        except Refused:
            assert not taken
        else:
            assert taken
            self.orders[number] = order
            assert order.id == number

    def market(self, account: int, side: Side, amount: int, mode: SelfTrade) -> None:
        number = 1 + max(self.orders, default=0)
        self.naive.submit(Resting(number, account, side, None, amount), "GTC", mode)
        self.orders[number] = self.floor.send(account, side, amount, self_trade=mode)

    def cancel(self, which: int) -> None:
        if self.naive.resting:
            order = self.naive.resting[which % len(self.naive.resting)]
            self.naive.cancel(order.id)
            self.floor.engine.cancel(order.account, SYMBOL, NOW, order_id=order.id)

    def agree(self) -> None:
        traded = [each for each in self.floor.engine.events if isinstance(each, Traded)]
        of_engine = [
            (*((each.buyer, each.seller) if each.is_buyer_maker else (each.seller, each.buyer)),
             each.price, each.amount)
            for each in traded
        ]  # fmt: skip
        assert of_engine == self.naive.trades
        assert self.floor.book() == (self.naive.depth("buy"), self.naive.depth("sell"))
        for number, order in self.orders.items():
            other = self.naive.orders[number]
            assert (STATES[order.status], order.prevented) == (other.state, other.prevented)


@given(flow=flows)
@settings(max_examples=400)
def test_the_engine_trades_as_the_naive_book_does(flow: Flow) -> None:
    both = Both()
    for name, arguments in flow:
        getattr(both, name)(*arguments)
        both.agree()
        both.floor.clearing.check()


@given(flow=flows)
@settings(max_examples=50)
def test_the_same_flow_gives_the_same_events(flow: Flow) -> None:
    runs = []
    for _ in range(2):
        both = Both()
        for name, arguments in flow:
            getattr(both, name)(*arguments)
        runs.append([repr(each) for each in both.floor.engine.take_events()])

    assert runs[0] == runs[1]
