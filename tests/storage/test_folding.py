"""Commits that are folded away take nothing along that a restart or the audit needs (P3, F4)."""

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.orders.journal import Commit, DuplicateTrade, GetDigest, Snapshot, digest
from benthic.benchmarks.orders import START, Scribe, open_brackets
from benthic.runtime import Millis
from benthic.storage import OrderStore, audit_store, open_store, read_closed_orders, read_orders
from benthic.storage.codec import ORDER
from benthic.storage.environment import Durability, Environment, Transaction, open_environment
from benthic.storage.folding import FOR_EVER, Compaction
from benthic.storage.inspection import Findings, State
from benthic.storage.migrations import KIND, LAYOUT
from benthic.storage.reading import read_commits
from benthic.storage.verification import inspect_here


def a_life(seed: int, count: int = 60) -> list[Commit]:
    """Plain orders and brackets, at random, through all that can happen to them."""
    chance, scribe = Random(seed), Scribe("main")  # noqa: S311 - seeded
    commits = [scribe.deposit(), scribe.deposit_base(), scribe.place(), scribe.bracket()]
    while len(commits) < count:
        commits.append(step(scribe, chance))
    return commits


def step(scribe: Scribe, chance: Random) -> Commit:
    """Something that can happen now."""
    order = chance.choice([*scribe.orders.values()] or [None])
    if order is None or chance.random() < 0.3:
        return scribe.bracket() if chance.random() < 0.5 else scribe.place()
    match order.status:
        case "due":
            return scribe.send(order.id)
        case "intent":
            return scribe.accept(order.id)
        case "accepted" if order.wish is not None:
            return scribe.take_back(order.id)
        case "accepted":
            ways = (scribe.edit, scribe.cancel, scribe.trade, lambda i: scribe.trade(i, HALF))
            return chance.choice(ways)(order.id)
        case _:
            return scribe.edit(order.id)


HALF = Decimal("0.5")


def test_an_account_comes_back_as_it_was_before_its_commits_were_folded(tmp_path: Path) -> None:
    commits = a_life(1)
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write(commits)
        before, asked = store.load("main"), store.write([GetDigest("main")])
        done = store.compact(FOR_EVER)
        after = store.load("main")
        assert done == Compaction(len(commits), 0)
        assert store.write([GetDigest("main")]) == asked == [digest("main", commits)]

    assert replace(after, epoch=before.epoch) == before
    assert audit_store(tmp_path) == []
    assert read_commits(tmp_path, inspector=inspect_here) == ()
    assert read_orders(tmp_path)[0].commits == len(commits)


@settings(max_examples=15)
@given(seed=st.integers(0, 999), cuts=st.lists(st.integers(0, 60), min_size=1, max_size=3))
def test_wherever_and_however_often_it_is_folded_the_digest_and_the_audit_hold(
    tmp_path_factory: pytest.TempPathFactory, seed: int, cuts: list[int]
) -> None:
    path, commits = tmp_path_factory.mktemp("fold"), a_life(seed)
    with open_store(path, inspector=inspect_here, durability=Durability.NONE) as store:
        for cut in cuts:
            written = len(commits) // len(cuts)
            store.write(commits[:written])
            commits = commits[written:]
            store.compact(Millis(START + cut), step=7)
        store.write(commits)
        (said,) = store.write([GetDigest("main")])
    assert said == digest("main", a_life(seed))
    assert audit_store(path, inspector=inspect_here) == []


def test_only_what_is_older_than_asked_is_folded_and_numbers_go_on(tmp_path: Path) -> None:
    scribe = Scribe("main")
    commits = [scribe.deposit(), *(scribe.place() for _ in range(9))]
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write(commits)
        assert store.compact(Millis(START + 5)) == Compaction(5, 5)
        assert store.compact(Millis(START + 5)) == Compaction(0, 5)
    with open_store(tmp_path, inspector=inspect_here) as store:
        assert store.commit(scribe.place()) == 11
    assert read_commits(tmp_path, inspector=inspect_here)[:5] == tuple(commits[5:])


def test_a_deposit_goes_with_what_comes_after_it(tmp_path: Path) -> None:
    scribe = Scribe("main")
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write([scribe.deposit()])
        assert store.compact(Millis(START + 100)) == Compaction(0, 1)
        store.write([scribe.place()])
        assert store.compact(Millis(START + 100)) == Compaction(2, 0)
        assert store.commit(scribe.place()) == 3


def test_a_trade_of_a_folded_commit_is_refused_as_ever(tmp_path: Path) -> None:
    scribe = Scribe("main")
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write([scribe.deposit(), scribe.place()])
        (order_id,) = scribe.orders
        trade = scribe.trade(order_id, HALF)
        store.commit(trade)
        known = store.load("main")
        store.compact(FOR_EVER)
        with pytest.raises(DuplicateTrade):
            store.commit(trade)
        again = store.load("main")
        store.commit(scribe.trade(order_id))

    assert (again.trades, again.traded_at) == (known.trades, known.traded_at)
    assert again.traded_at > START
    assert audit_store(tmp_path) == []


def test_a_fill_that_is_told_after_its_order_was_folded_adds_up(tmp_path: Path) -> None:
    scribe = Scribe("main")
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write([scribe.deposit(), scribe.place()])
        order = next(iter(scribe.orders.values()))
        store.commit(scribe.cancel(order.id))
        store.compact(FOR_EVER)
        ended = store.load("main").ended[0]
        scribe.orders[order.id] = ended
        store.commit(scribe.trade(order.id, HALF))
        assert audit_of(store) == []
        store.compact(FOR_EVER)
        scribe.orders[order.id] = store.load("main").ended[0]
        store.commit(scribe.trade(order.id))
    assert audit_store(tmp_path) == []
    assert read_closed_orders(tmp_path)["main"][0].status == "filled"


def audit_of(store: OrderStore) -> list[str]:
    return [found.detail for found in store.audit()]


def test_several_accounts_are_folded_together_and_each_adds_up(tmp_path: Path) -> None:
    one, two = open_brackets("one", 20), open_brackets("two", 20)
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write([commit for pair in zip(one, two, strict=True) for commit in pair])
        before = [store.write([GetDigest(name)]) for name in ("one", "two")]
        store.compact(Millis(START + 20), step=5)
        assert [store.write([GetDigest(name)]) for name in ("one", "two")] == before
    assert audit_store(tmp_path) == []
    assert {account.commits for account in read_orders(tmp_path)} == {len(one)}


def change_a_closed_order(txn: Transaction, environment: Environment) -> None:
    table = environment.tables["closed"]
    key, record = next(iter(txn.cursor(table)))
    order = replace(ORDER.read(record), evidence="never")
    txn.put(key, ORDER.record(key, order), db=table)


def lose_a_closed_order(txn: Transaction, environment: Environment) -> None:
    table = environment.tables["closed"]
    txn.delete(next(iter(txn.cursor(table)))[0], db=table)


def lose_a_trade(txn: Transaction, environment: Environment) -> None:
    table = environment.tables["trades"]
    txn.delete(next(iter(txn.cursor(table)))[0], db=table)


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        pytest.param(change_a_closed_order, "is not as it was when its", id="order changed"),
        pytest.param(lose_a_closed_order, "is not as it was when its", id="order lost"),
        pytest.param(lose_a_trade, "trade keys of folded commits are not those", id="trade lost"),
    ],
)
def test_what_lies_in_other_tables_is_still_held_against_what_was_folded(
    tmp_path: Path, plant: object, words: str
) -> None:
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write(a_life(3))
        store.compact(FOR_EVER)
    with open_environment(tmp_path, Durability.FULL, lambda _: None) as environment:
        environment.write(lambda txn: plant(txn, environment))  # type: ignore[operator]  # ours
    with open_store(tmp_path, inspector=look_away) as store:
        store.load("main")  # signs the store as a bot would

    assert any(words in found.detail for found in audit_store(tmp_path, inspector=inspect_here))


def look_away(_: Path, __: State) -> Findings:
    return Findings(KIND, LAYOUT, {}, 0, 1 << 40)


def test_an_account_without_commits_of_its_own_is_left_alone(tmp_path: Path) -> None:
    with open_store(tmp_path, inspector=inspect_here) as store:
        loaded: Snapshot = store.load("idle")
        store.write(a_life(2))
        store.compact(FOR_EVER)
        assert store.load("idle") == replace(loaded, epoch=2)
    assert audit_store(tmp_path) == []
