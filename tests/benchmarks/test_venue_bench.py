"""The measurements and sweeps of the simulated exchange, in small."""

import pytest

from benthic.benchmarks import venue_clients
from benthic.benchmarks.venue import DAY, run_day
from benthic.benchmarks.venue_clients import rise, run_clients
from benthic.benchmarks.venue_connections import run_connections
from benthic.runtime import UsageError


def test_a_day_has_all_its_orders_and_is_the_same_each_time() -> None:
    one, two = (run_day(200, length=DAY // 24) for _ in range(2))

    assert one.orders == 200
    assert one.fills > 0
    assert one.trades > 1_000
    assert (one.fills, one.trades) == (two.fills, two.trades)


def test_a_load_of_clients_finds_nothing_wrong_and_drops_the_slow_one() -> None:
    report = run_clients(30, warm_up=60)  # warmed for an hour, on a machine that may be busy
    wrong = [each for each in report.violations if "memory" not in each]

    assert [each for each in wrong if "answered after" not in each] == []
    assert report.figures["messages"] > 5_000
    assert report.figures["ms until the slow client was dropped"] > 0


def test_memory_thatrises_is_told() -> None:
    leaking = [(float(second), 100 * 2**20 + second * 2**20) for second in range(60)]
    steady = [(float(second), 100 * 2**20 + (second % 7) * 2**18) for second in range(60)]

    assert rise(leaking) > venue_clients.SLACK
    assert rise(steady) < venue_clients.SLACK


def test_a_crowd_of_connections_is_answered() -> None:
    report = run_connections(500)

    assert report.ok, report.violations
    assert report.figures["answers"] > 100


@pytest.mark.parametrize("count", [0, 29])
def test_less_than_a_load_is_refused(count: int) -> None:
    with pytest.raises(UsageError, match="no load"):
        run_clients(count)


def test_more_connections_than_files_are_refused_before_anything_runs() -> None:
    with pytest.raises(UsageError, match="ulimit -n"):
        run_connections(10**9)
