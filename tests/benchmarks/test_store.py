"""The measurements of the store run, compare the same work, and say what they compare."""

from pathlib import Path

from benthic.benchmarks.orders import open_orders
from benthic.benchmarks.store import GROUP_BAR, RELOAD_BAR, WRITERS, measure
from benthic.storage import audit_store, graph_of, open_store
from benthic.storage.verification import inspect_here


def test_each_measurement_has_its_name_figures_and_bar() -> None:
    group, reload, cold = measure(rounds=1, commits=3, orders=200)

    assert group.name == f"store.group_commit.{WRITERS}"
    assert (group.bar, reload.bar, cold.bar) == (GROUP_BAR, RELOAD_BAR, None)
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
