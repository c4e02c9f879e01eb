"""Looking into a store from outside: beside the bot that writes it, and after its death."""

import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from benthic.actors.market import Fill
from benthic.actors.orders.journal import Commit
from benthic.actors.orders.model import Order
from benthic.benchmarks.orders import Scribe
from benthic.runtime import Millis
from benthic.storage import audit_store, graph_hash, open_store, read_closed_orders, read_orders
from benthic.storage.reading import read_commits
from benthic.storage.verification import inspect_here

WRITE_ON = """
import sys
from pathlib import Path
from benthic.benchmarks.orders import Scribe
from benthic.storage import open_store
from benthic.storage.verification import inspect_here

store = open_store(Path(sys.argv[1]), inspector=inspect_here, map_size=160 << 10)
scribe = Scribe("main")
store.commit(scribe.deposit())
while True:
    print(store.commit(scribe.place()), flush=True)
"""


def test_a_running_bots_orders_are_read_while_it_writes_and_after_its_death(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store"
    with subprocess.Popen(
        [sys.executable, "-c", WRITE_ON, str(path)], stdout=subprocess.PIPE, text=True
    ) as bot:
        assert bot.stdout is not None
        seen, number = list[int](), 0
        while len(seen) < 5:
            number = int(bot.stdout.readline())
            if number % 40 == 0:  # its map grows meanwhile
                (account,) = read_orders(path, inspector=inspect_here)
                seen.append(account.commits)
                assert account.commits >= number
                assert len(account.orders) == account.commits - 1
        bot.send_signal(signal.SIGKILL)
        rest = bot.stdout.read().split()
        number = int(rest[-1]) if rest else number
    (account,) = read_orders(path)

    assert seen == sorted(seen)
    assert account.commits >= number
    assert audit_store(path) == []
    with open_store(path) as store:
        assert graph_hash((), ()) != account.graph_hash
        snapshot = store.load("main")
        assert graph_hash(snapshot.orders, snapshot.balances) == account.graph_hash


def test_orders_that_have_ended_are_read_apart_from_live_ones(tmp_path: Path) -> None:
    scribe = Scribe("main")
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write([scribe.deposit(), scribe.place(), scribe.place(), scribe.place()])
        first, second, third = scribe.orders
        store.write([scribe.cancel(second), scribe.trade(first)])
        store.commit(Scribe("other", chance=2).deposit())
    main, other = read_orders(tmp_path)
    closed = read_closed_orders(tmp_path)

    assert [order.id for order in main.orders] == [third]
    assert [order.status for order in closed["main"]] == ["filled", "cancelled"]
    assert (other.orders, closed["other"]) == ((), ())
    assert main.graph_hash == graph_hash(scribe.orders.values(), scribe.balances.values())


def test_what_ended_last_and_when_the_newest_trade_was_come_back_with_an_account(
    tmp_path: Path,
) -> None:
    scribe = Scribe("main")
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write([scribe.deposit(), *(scribe.place() for _ in range(4))])
        first = store.load("main")
        assert (first.ended, first.traded_at) == ((), 0)
        for order in first.orders[:3]:
            store.commit(_filled(order, at=100 + len(store.load("main").ended)))
        other = Scribe("other")
        store.write([other.deposit(), other.place()])
        snapshot = store.load("main")

    assert [order.id for order in snapshot.ended] == [order.id for order in first.orders[:3]]
    assert snapshot.traded_at == 102


def _filled(order: Order, *, at: int) -> Commit:
    price = order.price or Decimal(1)
    fill = Fill(
        *(f"t-{order.id}", order.client_id, order.symbol, order.side, price, order.amount),
        *(Decimal(0), "USDT", Millis(at)),
    )
    after = replace(order, status="filled", held=Decimal(0), filled=order.amount)
    return Commit("main", (after,), (fill,), (), ())


def test_the_commits_of_a_store_are_read_from_where_somebody_stopped(tmp_path: Path) -> None:
    one, two = Scribe("one"), Scribe("two", chance=2)
    commits = [one.deposit(), two.deposit(), one.place(), two.place(), one.place()]
    with open_store(tmp_path, inspector=inspect_here) as store:
        for commit in commits:
            store.commit(commit)

    for seen in range(len(commits) + 1):
        found = read_commits(tmp_path, after=seen, inspector=inspect_here)
        assert found == tuple(commits[seen:])
