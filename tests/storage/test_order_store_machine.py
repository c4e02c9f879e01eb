"""A store beside dictionaries: committed, refused, reloaded or reopened, they agree (P1, P3)."""

import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from benthic.actors.orders.journal import Commit, DuplicateTrade, trade_key
from benthic.actors.orders.model import Order
from benthic.actors.portfolio.model import Balance
from benthic.benchmarks.orders import Scribe
from benthic.storage import audit_store, graph_hash, open_store, read_orders
from benthic.storage.verification import inspect_here

ACCOUNTS = ("main", "other")


class Naive:
    """What a store should hold of an account, in the plainest words."""

    def __init__(self) -> None:
        self.live: dict[str, Order] = {}
        self.balances: dict[str, Balance] = {}
        self.trades: set[str] = set()
        self.commits = 0
        self.epoch = 0

    def take(self, commit: Commit) -> int:
        self.trades |= {trade_key(fill.symbol, fill.trade_id) for fill in commit.fills}
        for order in commit.orders:
            self.live.pop(order.id, None)
            if order.status in {"intent", "accepted", "unknown"}:
                self.live[order.id] = order
        for balance in commit.balances:
            self.balances[balance.asset] = balance
        self.commits += 1
        return self.commits


class StoreMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.path = Path(tempfile.mkdtemp(prefix="benthic-machine-"))
        self.store = open_store(self.path, inspector=inspect_here, map_size=256 << 10)
        self.scribes = {name: Scribe(name, chance=n) for n, name in enumerate(ACCOUNTS)}
        self.naive = {name: Naive() for name in ACCOUNTS}
        self.written: list[Commit] = []
        for scribe in self.scribes.values():
            self.commit([scribe.deposit()])

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.path)

    def commit(self, commits: list[Commit]) -> None:
        expected = [self.naive[commit.account].take(commit) for commit in commits]
        assert self.store.write(commits) == expected
        self.written += commits

    def step(self, scribe: Scribe, kind: str, which: int) -> Commit:
        order = list(scribe.orders.values())[which % len(scribe.orders)] if scribe.orders else None
        if order is None or kind == "place":
            return scribe.place()
        if kind == "accept" and order.status == "intent":
            return scribe.accept(order.id)
        if kind == "cancel":
            return scribe.cancel(order.id)
        return scribe.trade(order.id, Decimal("0.5") if kind == "half" else Decimal(1))

    @rule(
        steps=st.lists(
            st.tuples(
                st.sampled_from(ACCOUNTS),
                st.sampled_from(("place", "place", "accept", "half", "trade", "cancel")),
                st.integers(0, 9),
            ),
            min_size=1,
            max_size=12,
        )
    )
    def commit_a_batch(self, steps: list[tuple[str, str, int]]) -> None:
        self.commit([self.step(self.scribes[name], kind, which) for name, kind, which in steps])

    @precondition(lambda self: any(commit.fills for commit in self.written))
    @rule(which=st.integers(0, 99))
    def report_a_trade_again(self, which: int) -> None:
        traded = [commit for commit in self.written if commit.fills]
        with pytest.raises(DuplicateTrade):
            self.store.commit(traded[which % len(traded)])

    @rule(name=st.sampled_from(ACCOUNTS))
    def load(self, name: str) -> None:
        snapshot, naive, scribe = self.store.load(name), self.naive[name], self.scribes[name]
        naive.epoch += 1
        assert snapshot.epoch == naive.epoch
        assert {order.id: order for order in snapshot.orders} == naive.live
        assert {balance.asset: balance for balance in snapshot.balances} == naive.balances
        assert snapshot.trades == naive.trades
        assert graph_hash(snapshot.orders, snapshot.balances) == graph_hash(
            scribe.orders.values(), scribe.balances.values()
        )  # P1: the memory of whoever wrote it, and the store

    @rule()
    def close_and_open(self) -> None:
        self.store.close()
        assert audit_store(self.path, inspector=inspect_here) == []
        for account in read_orders(self.path, inspector=inspect_here):
            naive = self.naive[account.name]
            assert (account.commits, account.epoch) == (naive.commits, naive.epoch)
        self.store = open_store(self.path, inspector=inspect_here)


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(max_examples=40, stateful_step_count=15)
