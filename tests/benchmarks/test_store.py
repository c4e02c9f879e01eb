"""The measurements of the store run, compare the same work, and say what they compare."""

from pathlib import Path

import msgspec

from benthic.actors.orders.model import Order
from benthic.benchmarks.intents import BAR
from benthic.benchmarks.orders import open_brackets, open_orders
from benthic.benchmarks.raw_records import raw_type
from benthic.benchmarks.store import GROUP_BAR, RELOAD_BAR, RESTART_BAR, WRITERS, measure
from benthic.storage import audit_store, graph_of, open_store
from benthic.storage.verification import inspect_here


def test_each_measurement_has_its_name_figures_and_bar() -> None:
    group, many, intent, reload, cold, restart = measure(rounds=1, commits=3, orders=200)

    assert group.name == f"store.group_commit.{WRITERS}"
    assert (group.bar, reload.bar, cold.bar) == (GROUP_BAR, RELOAD_BAR, None)
    assert (many.name, many.bar) == (f"store.clients.{WRITERS}", GROUP_BAR)
    assert (intent.name, intent.bar, restart.bar) == ("store.intent", BAR, RESTART_BAR)
    assert restart.name == "store.restart.200"
    assert reload.name == "store.reload.200"
    assert group.ratio == group.ours / group.other > 1  # commits per second
    assert reload.ratio == reload.other / reload.ours  # ms


def test_the_orders_to_reload_are_those_of_a_ledger_that_adds_up(tmp_path: Path) -> None:
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write(open_orders("main", 100))
        graph = graph_of(store.load("main"))

    assert len(graph.orders) == 100
    assert sum(bool(order.filled) for order in graph.orders.values()) == 25
    assert graph.is_covered
    assert audit_store(tmp_path) == []


def test_the_raw_record_is_the_stored_one_with_text_for_each_decimal() -> None:
    encode = msgspec.msgpack.Encoder(decimal_format="string").encode
    for commit in open_brackets("main", 8):
        for order in commit.orders:
            raw = msgspec.msgpack.decode(encode(order), type=raw_type(Order))
            assert encode(raw) == encode(order)
            assert raw.amount == str(order.amount)
            if order.plan is not None and order.plan.chain is not None:
                assert raw.plan.chain.whole == str(order.plan.chain.whole)


def test_half_of_the_orders_to_restart_from_are_chained_and_grouped() -> None:
    known: dict[str, Order] = {}
    for commit in open_brackets("main", 400):
        known.update((order.id, order) for order in commit.orders)

    assert len(known) == 400
    assert sum(order.plan is not None for order in known.values()) == 200
    assert {order.status for order in known.values()} == {"accepted", "chained", "due"}
