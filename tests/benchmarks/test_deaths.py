"""The sweep of deaths (K1, O2, P1): what it draws, what it would find, that it finds nothing."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path

import attrs
import pytest
import trio
from msgspec.structs import replace

from benthic.actors.orders.model import Order
from benthic.benchmarks.chunks import Report
from benthic.benchmarks.deaths.check import doubled, lost
from benthic.benchmarks.deaths.draw import NAMED, death
from benthic.benchmarks.deaths.lives import Lives
from benthic.benchmarks.deaths.run import _one_venue, _told, run_deaths
from benthic.benchmarks.orders import Scribe
from benthic.runtime import Millis
from benthic.scenarios.process.points import POINTS
from benthic.scenarios.world import Books, Told, TrueOrder


@attrs.define
class There:
    """What an exchange knows."""

    known: list[TrueOrder]

    def orders(self) -> list[TrueOrder]:
        return self.known


@attrs.define
class Seen:
    """A bot that has placed an order, which the exchange has taken."""

    books: Books
    oracle: There
    told: list[Told] = attrs.field(factory=list)

    @property
    def order(self) -> Order:
        (order,) = self.books.orders.values()
        return order


@pytest.fixture
def seen() -> Seen:
    scribe, books = Scribe("main"), Books()
    for commit in (scribe.deposit(), scribe.place()):
        books.take(commit)
    (order,) = scribe.orders.values()
    books.take(scribe.accept(order.id))
    return Seen(books, There([true(order.client_id)]))


def true(client_id: str) -> TrueOrder:
    none = Fraction(0)
    return TrueOrder(
        client_id, 1, "BTCUSDT", "buy", "new", Fraction(1), Fraction(1), none, none, Millis(1)
    )


def told(client_id: str, event: str) -> Told:
    return Told(at=Millis(1), life=1, level="info", event=event, fields={"id": client_id})


def test_a_real_bot_that_is_killed_while_it_trades_has_lost_and_doubled_nothing(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "deaths.jsonl"
    report = run_deaths(1, jobs=1, resume=kept)
    again = run_deaths(1, jobs=1, resume=kept)

    assert report.violations == ()
    assert (report.trials, report.deaths["all"].kills) == (1, 1)
    assert report.deaths["all"].opened_longest > 0
    assert report.deaths["all"].groups == 1  # it had orders that belong together as it died
    assert report.placed >= report.orders > 0
    assert again.deaths == report.deaths


def test_a_sweep_that_is_broken_off_ends_what_runs_at_once() -> None:
    lives, begun, given = Lives(), threading.Event(), list[object]()

    async def body() -> str:
        begun.set()
        await trio.sleep(3_600)
        return "never"

    thread = threading.Thread(target=lambda: given.append(trio.run(lives.live, body)))
    thread.start()
    assert begun.wait(5)
    lives.end()
    thread.join(5)

    assert given == [None]


def test_no_bot_is_started_any_more_once_a_sweep_is_broken_off() -> None:
    lives = Lives()
    lives.end()

    chunk = _one_venue(lives, 0, 0, 10)

    assert (chunk.trials, chunk.left, chunk.violations) == (10, 10, ())


def test_half_of_the_kills_are_random_and_sixty_have_every_named_instant() -> None:
    drawn = [death(5, number) for number in range(2 * len(NAMED))]

    assert set(drawn[1::2]) == set(NAMED)
    assert not any(each.point for each in drawn[::2])
    assert all(each.point in POINTS for each in NAMED if each.point)


def test_a_store_that_knows_what_was_told_is_in_order(seen: Seen) -> None:
    seen.told.append(told(seen.order.client_id, "order accepted"))

    assert list(doubled(seen)) == []
    assert list(lost(seen, {seen.order.id: seen.order})) == []


def test_an_order_that_is_at_the_exchange_twice_is_found(seen: Seen) -> None:
    seen.oracle.known *= 2

    assert list(doubled(seen)) == [f"doubled: {seen.order.client_id} is at the exchange 2 times"]


def test_an_order_that_was_answered_and_is_not_in_the_store_is_found(seen: Seen) -> None:
    other = replace(seen.order, id="x", client_id="bn-x")

    (found,) = lost(seen, {"x": other})
    assert found == "lost: bn-x was told of as accepted, and the store knows nothing of it"


def test_an_order_that_the_log_told_of_and_that_has_gone_back_is_found(seen: Seen) -> None:
    seen.told.append(told(seen.order.client_id, "order filled"))

    assert list(lost(seen, {})) == [
        f"lost: {seen.order.client_id} was told of as filled, is accepted"
    ]


def test_an_order_of_ours_that_no_book_has_is_found(seen: Seen) -> None:
    seen.oracle.known += [true("bn-y"), true("by hand")]

    (found,) = lost(seen, {})
    assert found == "lost: bn-y is at the exchange, and the store knows nothing of it"


def test_an_order_that_was_accepted_and_never_reached_the_exchange_is_found(seen: Seen) -> None:
    seen.oracle.known.clear()

    (found,) = lost(seen, {seen.order.id: seen.order})
    assert found.endswith("was told of as accepted, and the exchange never had it")


def test_figures_are_told_by_kind_and_all_together() -> None:
    figures = {
        "orders": 9.0,
        **{f"{kind}/kills": 2.0 for kind in ("before fill", "under load")},
        "before fill/lost": 1.0,
        **{f"before fill/opened {number}": float(number) for number in (1, 3)},
        **{f"under load/opened {number}": float(number) for number in (2, 4)},
    }
    figures |= {"placed": 30.0, "freed": 8.0, "renewed": 3.0, "under load/stops": 2.0}
    report = _told(Report("deaths", 4, ("x",), figures, 1.0))

    assert not report.ok
    assert (report.placed, report.freed, report.renewed) == (30, 8, 3)
    assert (report.deaths["all"].stops, report.deaths["before fill"].stops) == (2, 0)
    assert (report.orders, report.deaths["all"].kills, report.deaths["all"].lost) == (9, 4, 1)
    assert report.deaths["before fill"].opened_median == 2.0
    assert report.deaths["under load"].opened_longest == 4.0
