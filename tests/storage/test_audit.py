"""The audit finds each fault that is planted, and none where all is well."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from benthic.actors.orders.journal import Commit
from benthic.actors.orders.model import Order
from benthic.actors.orders.plan import Chain, Group, Plan
from benthic.actors.portfolio.model import Balance, Entry
from benthic.benchmarks.orders import START, Scribe, open_brackets, open_orders
from benthic.runtime import Millis
from benthic.storage import audit_store, open_store
from benthic.storage.codec import BALANCE, ORDER, TRADE
from benthic.storage.environment import Durability, Environment, Transaction, open_environment
from benthic.storage.folding import compact
from benthic.storage.inspection import Findings, State
from benthic.storage.migrations import KIND, LAYOUT
from benthic.storage.verification import inspect_here


def commits() -> list[Commit]:
    """Orders that rest, one that is filled and one that is cancelled."""
    scribe = Scribe("main")
    written = [scribe.deposit(), *(scribe.place() for _ in range(6))]
    first, second, third, *_ = list(scribe.orders)
    written += [scribe.trade(first, Decimal("0.25")), scribe.trade(second), scribe.cancel(third)]
    return written


def codes(path: Path) -> set[str]:
    return {violation.code for violation in audit_store(path, inspector=inspect_here)}


def stored(path: Path, written: list[Commit]) -> set[str]:
    with open_store(path, inspector=inspect_here) as store:
        store.load("main")
        store.write(written)
    return codes(path)


def test_a_store_of_a_real_ledger_has_no_faults(tmp_path: Path) -> None:
    assert stored(tmp_path / "one", commits()) == set()
    assert stored(tmp_path / "two", open_orders("main", 50)) == set()


def money_of_nothing(commit: Commit) -> Commit:
    return replace(commit, entries=(*commit.entries, Entry("USDT", "available", Decimal(1))))


def a_balance_that_no_entry_made(commit: Commit) -> Commit:
    return replace(commit, balances=(*commit.balances, Balance("ETH", Decimal(1), Decimal(0))))


def an_overdrawn_balance(commit: Commit) -> Commit:
    entries = (Entry("ETH", "available", Decimal(-1)), Entry("ETH", "venue", Decimal(1)))
    balances = (*commit.balances, Balance("ETH", Decimal(-1), Decimal(0)))
    return replace(commit, entries=(*commit.entries, *entries), balances=balances)


def an_order_that_holds_more_than_is_reserved(commit: Commit) -> Commit:
    return replace(commit, orders=tuple(replace(o, held=o.held + 1) for o in commit.orders))


def an_order_that_says_it_filled_more(commit: Commit) -> Commit:
    return replace(commit, orders=tuple(replace(o, filled=o.filled + 1) for o in commit.orders))


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        pytest.param(money_of_nothing, "F1", id="money of nothing"),
        pytest.param(a_balance_that_no_entry_made, "F1", id="balance without entry"),
        pytest.param(an_overdrawn_balance, "F2", id="overdrawn"),
        pytest.param(an_order_that_holds_more_than_is_reserved, "F3", id="reservation"),
        pytest.param(an_order_that_says_it_filled_more, "F5", id="filled"),
    ],
)
def test_a_commit_that_breaks_the_ledger_is_found(
    tmp_path: Path, plant: Callable[[Commit], Commit], code: str
) -> None:
    written = commits()
    written[7] = plant(written[7])  # the partial fill

    assert code in stored(tmp_path, written)


def a_bracket() -> tuple[Scribe, list[Commit]]:
    """A parent at rest, and two orders that wait for it."""
    scribe = Scribe("main")
    written = [scribe.deposit(), scribe.deposit_base(), scribe.bracket()]
    written.append(scribe.accept(next(iter(scribe.orders))))
    return scribe, written


def only(*orders: Order) -> Commit:
    """A commit of nothing but these states."""
    return Commit("main", orders, (), (), ())


def chained_to(order: Order, parent: str) -> Order:
    plan = replace(order.plan or Plan(), chain=Chain(parent, Decimal(1), Decimal(1)))
    return replace(order, plan=plan)


def ended_before_its_child(parent: Order, *_: Order) -> tuple[Order, ...]:
    return (replace(parent, status="filled", filled=parent.amount, held=Decimal(0)),)


def waits_for_nothing(_: Order, child: Order, __: Order) -> tuple[Order, ...]:
    return (chained_to(child, "nobody"),)


def wait_for_each_other(_: Order, one: Order, two: Order) -> tuple[Order, ...]:
    return chained_to(one, two.id), chained_to(two, one.id)


def holds_while_held_back(_: Order, child: Order, __: Order) -> tuple[Order, ...]:
    return (replace(child, held=Decimal(1)),)


def leaps(_: Order, child: Order, __: Order) -> tuple[Order, ...]:
    return (replace(child, status="accepted"),)


def begins_at_its_end(_: Order, child: Order, __: Order) -> tuple[Order, ...]:
    return (replace(child, id="late", client_id="late", status="refused", plan=None),)


def is_told_otherwise(_: Order, child: Order, __: Order) -> tuple[Order, ...]:
    plan = child.plan or Plan()
    group = plan.group or Group("", "")
    return (replace(child, plan=replace(plan, group=replace(group, rule="balanced"))),)


@pytest.mark.parametrize(
    ("plant", "code", "words"),
    [
        pytest.param(ended_before_its_child, "G3", "which has ended", id="parent ended"),
        pytest.param(waits_for_nothing, "G3", "nobody, which is not here", id="no parent"),
        pytest.param(wait_for_each_other, "G3", "waits for itself", id="cycle"),
        pytest.param(is_told_otherwise, "G3", "told differently", id="group"),
        pytest.param(holds_while_held_back, "F3", "is chained and holds 1", id="held back"),
        pytest.param(leaps, "O4", "goes from chained to accepted in commit 5", id="leap"),
        pytest.param(begins_at_its_end, "O4", "begins as refused in commit 5", id="birth"),
    ],
)
def test_orders_that_do_not_hang_together_are_found(
    tmp_path: Path, plant: Callable[..., tuple[Order, ...]], code: str, words: str
) -> None:
    scribe, written = a_bracket()
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write([*written, only(*plant(*scribe.orders.values()))])
    found = audit_store(tmp_path, inspector=inspect_here)

    assert any(fault.code == code and words in fault.detail for fault in found)


def test_orders_that_hang_together_have_no_faults(tmp_path: Path) -> None:
    _, written = a_bracket()
    assert stored(tmp_path / "one", written) == set()
    assert stored(tmp_path / "two", open_brackets("main", 60)) == set()


@pytest.mark.parametrize("folded_at", [0, 1, 100], ids=["not", "before", "with its parent"])
def test_a_child_of_a_folded_parent_that_has_ended_is_found(tmp_path: Path, folded_at: int) -> None:
    scribe, written = a_bracket()
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write([*written, only(*ended_before_its_child(*scribe.orders.values()))])
        compact(store._environment, Millis(START + folded_at))
    found = audit_store(tmp_path, inspector=inspect_here)

    assert any(fault.code == "G3" and "has ended" in fault.detail for fault in found)


def lose_a_live_order(txn: Transaction, environment: Environment) -> None:
    key, _ = next(iter(txn.cursor(environment.tables["live"])))
    txn.delete(key, db=environment.tables["live"])


def revive_a_closed_order(txn: Transaction, environment: Environment) -> None:
    key, record = next(iter(txn.cursor(environment.tables["closed"])))
    txn.put(key, ORDER.record(key, ORDER.read(record)), db=environment.tables["live"])
    txn.delete(key, db=environment.tables["closed"])


def change_a_balance(txn: Transaction, environment: Environment) -> None:
    key, record = next(iter(txn.cursor(environment.tables["balances"])))
    balance = replace(BALANCE.read(record), available=Decimal(7))
    txn.put(key, BALANCE.record(key, balance), db=environment.tables["balances"])


def forget_a_trade(txn: Transaction, environment: Environment) -> None:
    key, _ = next(iter(txn.cursor(environment.tables["trades"])))
    txn.delete(key, db=environment.tables["trades"])


def forget_when_a_trade_came(txn: Transaction, environment: Environment) -> None:
    key, _ = next(iter(txn.cursor(environment.tables["reported"])))
    txn.delete(key, db=environment.tables["reported"])


def keep_a_trade_of_a_closed_order(txn: Transaction, environment: Environment) -> None:
    table = environment.tables["partial"]
    key, record = next(iter(txn.cursor(table)))
    other = key[:4] + b"bn-of-a-closed-one\0" + key[-20:]
    txn.put(other, TRADE.record(other, TRADE.read(record)), db=table)


def lose_a_commit(txn: Transaction, environment: Environment) -> None:
    keys = [key for key, _ in txn.cursor(environment.tables["journal"])]
    txn.delete(keys[4], db=environment.tables["journal"])


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        pytest.param(lose_a_live_order, "P3", id="live order lost"),
        pytest.param(revive_a_closed_order, "P3", id="closed order live"),
        pytest.param(change_a_balance, "P3", id="balance changed"),
        pytest.param(forget_a_trade, "F4", id="trade forgotten"),
        pytest.param(forget_when_a_trade_came, "F4", id="order of trades"),
        pytest.param(keep_a_trade_of_a_closed_order, "P3", id="trades of no live order"),
        pytest.param(lose_a_commit, "P3", id="commit lost"),
    ],
)
def test_a_table_that_is_not_what_the_journal_adds_up_to_is_found(
    tmp_path: Path, plant: Callable[[Transaction, Environment], None], code: str
) -> None:
    assert stored(tmp_path, commits()) == set()
    with open_environment(tmp_path, Durability.FULL, lambda _: None) as environment:
        environment.write(lambda txn: plant(txn, environment))
    with open_store(tmp_path, inspector=look_away) as store:
        store.load("main")  # signs the store as a bot would

    assert code in codes(tmp_path)


def look_away(_: Path, __: State) -> Findings:
    return Findings(KIND, LAYOUT, {}, 0, 1 << 40)
