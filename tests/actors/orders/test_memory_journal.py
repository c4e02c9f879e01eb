"""Promises of the journal in memory, which stores have to keep as well."""

from __future__ import annotations

import tracemalloc
from decimal import Decimal

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.market import Fill
from benthic.actors.orders.journal import (
    BLOCK,
    RECENT,
    Commit,
    DuplicateTrade,
    GetDigest,
    JournalMemory,
    Load,
    MemoryJournal,
    digest,
    trade_key,
)
from benthic.actors.orders.model import Order, Status
from benthic.actors.portfolio.model import Balance, Entry
from benthic.runtime import Child, Millis, Supervisor, System, run_virtual

ZERO = Decimal(0)
statuses = st.sampled_from(("intent", "accepted", "unknown", "filled"))


def an_order(number: int, status: Status = "accepted") -> Order:
    return Order(
        f"o-{number:05}",
        f"bn-{number}",
        "BTC/USDT",
        "buy",
        "limit",
        Decimal(2),
        Decimal(100),
        status,
        "USDT",
        Decimal("200.2"),
        ZERO,
        ZERO,
        ZERO,
        "",
        Millis(number),
        Millis(number),
    )


def a_commit(number: int, status: Status = "accepted", *trades: str) -> Commit:
    fills = tuple(
        Fill(trade, f"bn-{number}", "BTC/USDT", "buy", Decimal(1), Decimal(1), ZERO, "", Millis(0))
        for trade in trades
    )
    entries = (
        Entry("USDT", "venue", -Decimal(number)),
        Entry("USDT", "available", Decimal(number)),
    )
    balance = Balance("USDT", Decimal(number), ZERO)
    return Commit("main", (an_order(number, status),), fills, entries, (balance,))


def test_commits_are_numbered_in_the_account_from_one() -> None:
    memory = JournalMemory()
    other = replace(a_commit(1), account="other")

    assert [memory.append(a_commit(n)) for n in (1, 2)] == [1, 2]
    assert memory.append(other) == 1


def test_an_unknown_account_is_empty_and_every_load_has_an_epoch_of_its_own() -> None:
    memory = JournalMemory()
    first, second = memory.load("main"), memory.load("main")

    assert (first.orders, first.balances, first.trades) == ((), (), frozenset())
    assert (first.epoch, second.epoch) == (1, 2)


@given(changes=st.lists(st.tuples(st.integers(0, 9), statuses), max_size=40))
def test_a_load_gives_the_last_state_of_what_is_live(changes: list[tuple[int, Status]]) -> None:
    memory = JournalMemory()
    last: dict[int, Status] = {}
    for number, status in changes:
        memory.append(a_commit(number, status))
        if status == "filled":
            last.pop(number, None)
        else:
            last[number] = status

    snapshot = memory.load("main")

    assert {order.id: order.status for order in snapshot.orders} == {
        f"o-{number:05}": status for number, status in last.items()
    }


def test_a_trade_is_kept_once_and_a_commit_with_a_known_one_not_at_all() -> None:
    memory = JournalMemory()
    memory.append(a_commit(1, "accepted", "t-1"))
    with pytest.raises(DuplicateTrade, match="trade BTC/USDT:t-1 is booked already"):
        memory.append(a_commit(2, "accepted", "t-2", "t-1"))
    with pytest.raises(DuplicateTrade):
        memory.append(a_commit(2, "accepted", "t-3", "t-3"))

    assert memory.load("main").trades == {trade_key("BTC/USDT", "t-1")}  # F4
    assert len(list(memory.commits("main"))) == 1


def test_what_was_packed_comes_back_as_it_was() -> None:
    memory = JournalMemory()
    commits = [a_commit(number) for number in range(RECENT + 3 * BLOCK + 5)]
    for commit in commits:
        memory.append(commit)

    assert list(memory.commits("main")) == commits
    assert memory.load("main").orders == tuple(commit.orders[0] for commit in commits)


def test_equal_journals_have_equal_digests_and_any_change_another() -> None:
    commits = [a_commit(number) for number in range(5)]
    known = digest("main", commits)

    assert digest("main", list(commits)) == known
    assert (known.commits, len(known.journal), len(known.state)) == (5, 64, 64)
    assert digest("main", commits[:-1]).journal != known.journal
    assert digest("main", [*commits[1:], commits[0]]).state != known.state


def test_a_journal_that_crashes_forgets_nothing() -> None:
    memory = JournalMemory()

    async def body(system: System) -> None:
        journal = system.lookup("/root/journal")
        await journal.ask(a_commit(1, "accepted", "t-1"))
        before = await journal.ask(GetDigest("main"))
        journal.tell(Load(["no name"]))  # type: ignore[arg-type]  # that is what kills it
        await trio.sleep(1)

        assert await journal.ask(GetDigest("main")) == before
        assert (await journal.ask(Load("main"))).orders == (an_order(1),)

    run_virtual(Supervisor("root", [Child("journal", lambda: MemoryJournal(memory))]), body)


def test_an_order_takes_at_most_three_kilobytes() -> None:
    memory, orders = JournalMemory(), RECENT
    tracemalloc.start()
    try:
        for number in range(orders):
            memory.append(a_commit(number, "intent"))
            memory.append(a_commit(number, "filled", f"t-{number:040}"))
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert used / orders < 3_000
