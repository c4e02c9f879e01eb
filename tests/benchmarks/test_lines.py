"""A line on which everything goes wrong, and one that breaks every ten minutes: short slices."""

from __future__ import annotations

from benthic.actors.exchange.messages import Line
from benthic.benchmarks import reconnects
from benthic.benchmarks.lines import run_line
from benthic.benchmarks.reconnects import Look, figures_of, look_after, slope_of, violations_of
from benthic.runtime import Millis


def test_three_minutes_on_a_line_where_everything_goes_wrong() -> None:
    found = run_line(7, 3)

    assert found.violations == ()
    assert len(found.fired) > 10
    assert found.figures["answered"] > 50
    assert found.figures["times up"] >= 1


def test_a_line_that_breaks_again_and_again_grows_nowhere() -> None:
    looks = look_after(3, seed=7, period=90)

    assert [look.line.state for look in looks] == ["up"] * 3
    assert [look.line.count for look in looks] == [1, 2, 3]
    assert len({look.tasks for look in looks}) == 1
    assert len({look.streams for look in looks}) == 1


def a_look(number: int, *, tasks: int = 36, blocks: int = 500_000) -> Look:
    return Look(tasks, 5, blocks, 100_000_000, Line("up", Millis(0), count=number + 1))


def test_growth_is_found_where_there_is_some_and_nowhere_else() -> None:
    flat = [a_look(number) for number in range(20)]
    leaking = [a_look(number, blocks=500_000 + 2_000 * number) for number in range(20)]
    breeding = [a_look(number, tasks=36 + number) for number in range(20)]

    assert violations_of(flat) == []
    assert violations_of(leaking) == ["each reconnect left 2,000 blocks of memory behind"]
    assert violations_of(breeding) == [f"tasks grew from {36 + reconnects.WARM_UP} to 55"]
    assert figures_of(leaking)["blocks a reconnect"] == slope_of([0, 2_000, 4_000]) == 2_000
