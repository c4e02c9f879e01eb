"""Which rules strike: counts, windows and chance, and that the same plan does the same again."""

from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import Millis
from benthic.scenarios.venue.faults.log import FaultLog, Fired
from benthic.scenarios.venue.faults.plan import FaultPlan, Rule, When
from benthic.scenarios.venue.faults.push_verbs import Drop
from benthic.scenarios.venue.faults.request_verbs import DropRequest
from benthic.scenarios.venue.faults.span import Span
from benthic.scenarios.venue.faults.strike import Strike, Subject

ORDER = Subject(
    is_push=False,
    method="POST",
    path="/api/v3/order",
    symbol="BTCUSDT",
    account=1,
    number=1,
    target="memory",
)
KLINE = Subject(is_push=True, stream="btcusdt@kline_1m", event="kline", symbol="BTCUSDT")


def striking(subject: Subject, *whens: When, times: int = 1, at: Millis = Millis(0)) -> list[int]:
    """How many rules strike each time the subject is met."""
    verb = Drop() if subject.is_push else DropRequest()
    plan = FaultPlan(rules=tuple(Rule(when=when, verb=verb) for when in whens), seed=3)
    now = Millis(0)
    strike = Strike(plan, lambda: now, FaultLog())
    now = at
    return [len(strike.struck(subject)) for _ in range(times)]


def test_a_rule_strikes_what_fits_all_that_it_says() -> None:
    fits = When(method="POST", path="/api/*/order", symbol="btcusdt", account=1)

    assert striking(ORDER, fits) == [1]
    for other in (
        When(method="GET"),
        When(path="/api/v3/orde"),
        When(path="/api/v3/order", symbol="ETHUSDT"),
        When(path="/api/v3/order", account=2),
        When(stream="*"),
        When(at=Span(0)),
    ):
        assert striking(ORDER, other) == [0]


def test_a_star_stands_for_any_characters_and_nothing_else_does() -> None:
    assert striking(KLINE, When(stream="*@kline_*")) == [1]
    assert striking(KLINE, When(stream="btcusdt@kline_.m")) == [0]
    assert striking(KLINE, When(stream="btcusdt@kline_[0-9]m")) == [0]
    assert striking(KLINE, When(event="kline", symbol="BTCUSDT")) == [1]


@given(nth=st.integers(1, 12))
def test_nth_is_one_match_first_the_first_ones_and_every_each_so_manieth(nth: int) -> None:
    assert sum(striking(ORDER, When(path="*", nth=nth), times=12)) == 1
    assert striking(ORDER, When(path="*", nth=nth), times=12)[nth - 1] == 1
    assert sum(striking(ORDER, When(path="*", first=nth), times=12)) == nth
    struck = striking(ORDER, When(path="*", every=nth), times=12)
    assert [number for number, one in enumerate(struck, 1) if one] == list(range(nth, 13, nth))


@given(at=st.integers(0, 100))
def test_a_window_begins_with_since_and_ends_before_until(at: int) -> None:
    when = When(path="*", since=Span(20), until=Span(60))

    assert striking(ORDER, when, at=Millis(at)) == [int(20 <= at < 60)]


@given(seed=st.integers(0, 2**64 - 1), rules=st.integers(1, 4), times=st.integers(1, 50))
def test_the_same_plan_strikes_the_same_again(seed: int, rules: int, times: int) -> None:
    rule = Rule(when=When(path="*", probability=0.4), verb=DropRequest())
    plan = FaultPlan(rules=(rule,) * rules, seed=seed)

    def run() -> list[Fired]:
        log = FaultLog()
        strike = Strike(plan, lambda: Millis(5), log)
        for _ in range(times):
            strike.struck(ORDER)
        return log.entries()

    assert run() == run()


@given(times=st.integers(1, 60))
def test_another_rule_does_not_change_the_chance_of_the_first(times: int) -> None:
    first = When(path="*", probability=0.5)
    alone = striking(ORDER, first, times=times)
    beside = striking(ORDER, first, When(path="*", probability=0.0), times=times)

    assert alone == beside


def test_chance_strikes_about_as_often_as_it_is_told() -> None:
    struck = sum(striking(ORDER, When(path="*", probability=0.3), times=2_000))

    assert 500 < struck < 700


def test_every_fault_that_fires_is_on_record_with_time_and_cause() -> None:
    log = FaultLog()
    rule = Rule(when=When(path="*", nth=2), verb=DropRequest(), fault="A1")
    strike = Strike(FaultPlan(rules=(rule,)), lambda: Millis(77), log)

    strike.struck(ORDER)
    strike.struck(ORDER)

    (fired,) = log.entries()
    assert (fired.at, fired.rule, fired.fault, fired.verb) == (77, 1, "A1", "drop_request")
    assert (fired.title, fired.cause) == (
        "A1 drop_request",
        "request 1: POST /api/v3/order, match 2",
    )
    assert fired.target == "memory"


def test_the_record_keeps_the_newest_and_counts_all() -> None:
    log = FaultLog(kept=10)
    plan = FaultPlan(rules=(Rule(when=When(path="*"), verb=DropRequest()),))
    strike = Strike(plan, lambda: Millis(0), log)

    for _ in range(25):
        strike.struck(ORDER)

    assert log.total == 25
    assert [fired.number for fired in log.entries()] == list(range(16, 26))
    assert [fired.number for fired in log.entries(after=22)] == [23, 24, 25]


def test_a_rule_that_is_removed_strikes_no_more() -> None:
    strike = Strike(FaultPlan(), lambda: Millis(0), FaultLog())
    armed = strike.add(Rule(when=When(path="*"), verb=DropRequest()))

    assert len(strike.struck(ORDER)) == 1
    assert strike.remove(armed.number)
    assert strike.struck(ORDER) == []
    assert not strike.remove(armed.number)
