"""The rate budget as a rule: no window is ever fuller than its limit (L1, L3, A25)."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.backoff import GROWTH, Backoff
from benthic.actors.exchange.rate_budget import SHARES, Limits, Meter, Window
from benthic.actors.exchange.told_limits import bar_of, learnt, used_share
from benthic.runtime import Millis
from benthic.runtime.chance import stream

windows = st.lists(
    st.builds(Window, st.integers(1, 1_000), st.integers(1, 50)), min_size=1, max_size=3
)
requests = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 20)), max_size=40)


@given(windows=windows, requests=requests)
def test_no_span_of_a_window_holds_more_than_its_limit(
    windows: list[Window], requests: list[tuple[int, int]]
) -> None:
    meter, now = Meter(windows), 0
    sent = list[tuple[int, int]]()
    for pause, cost in requests:
        now += pause
        while (wait := meter.wait(cost, Millis(now))) > 0:
            now += wait
        meter.take(cost, Millis(now))
        sent.append((now, cost))

    for window in windows:
        for start, _ in sent:
            inside = [cost for at, cost in sent if start <= at < start + window.span]
            assert sum(inside) <= window.most or len(inside) == 1


@given(windows=windows, requests=requests, cost=st.integers(1, 20))
def test_a_wait_is_never_longer_than_it_needs_to_be(
    windows: list[Window], requests: list[tuple[int, int]], cost: int
) -> None:
    meter, now = Meter(windows), 0
    for pause, weight in requests:
        now += pause
        meter.take(weight, Millis(now))

    wait = meter.wait(cost, Millis(now))

    assert wait == 0 or meter.wait(cost, Millis(now + wait - 1)) == 1
    assert meter.wait(cost, Millis(now + wait)) == 0


@given(used=st.integers(0, 100), told=st.integers(0, 100))
def test_the_venues_count_is_trusted_where_it_is_more(used: int, told: int) -> None:
    meter = Meter([Window(Millis(60_000), 1_000)])
    meter.take(used, Millis(0))

    meter.hear(60_000, told, Millis(1))

    assert meter.used(60_000, Millis(1)) == max(used, told)


def test_reads_leave_room_for_orders_and_orders_for_cancels() -> None:
    meter = Meter([Window(Millis(1_000), 100)])
    meter.take(80, Millis(0))

    waits = {each: meter.wait(1, Millis(1), share) for each, share in SHARES.items()}

    assert waits == {"cancel": 0, "protective": 0, "entry": 0, "read": 999}


@given(seed=st.integers(0, 2**32), count=st.integers(1, 60))
def test_pauses_grow_stay_in_bounds_and_differ_between_two_who_failed_together(
    seed: int, count: int
) -> None:
    one, other = (
        Backoff(stream(seed, f"backoff/{more}"), least=Millis(100), most=Millis(10_000))
        for more in (0, 1)
    )
    pauses = [one.next() for _ in range(count)]

    assert all(100 <= pause <= 10_000 for pause in pauses)
    assert all(later <= GROWTH * (was + 1) for was, later in pairwise(pauses))
    assert [other.next() for _ in range(count)] != pauses or max(pauses) == min(pauses)
    one.succeed()
    assert one.next() <= GROWTH * 100


def test_limits_are_learnt_from_exchange_information_and_nonsense_changes_none() -> None:
    limits = Limits(weights=(Window(Millis(60_000), 1_200),))
    body = (
        b'{"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,'
        b'"limit":3000},{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,'
        b'"limit":100},{"rateLimitType":"ORDERS","interval":"CENTURY","limit":1}]}'
    )

    taught = learnt(limits, "/api/v3/exchangeInfo", body)

    assert taught.weights == (Window(Millis(60_000), 600),)
    assert taught.orders == (Window(Millis(10_000), 100),)
    for nonsense in (b"<html>", b"[]", b'{"rateLimits":7}', b"[" * 100_000):
        assert learnt(limits, "/api/v3/exchangeInfo", nonsense) == limits
    assert used_share(taught, "/api/v3/ping", [("X-MBX-USED-WEIGHT-1M", "1500")]) == 0.5
    assert used_share(taught, "/api/v3/ping", [("X-MBX-USED-WEIGHT-1M", "NaN")]) is None


def test_a_retry_after_is_obeyed_and_one_that_is_missing_or_mad_is_made_up_for() -> None:
    assert bar_of(429, [("Retry-After", "7")]) == 7_000
    assert bar_of(418, [("retry-after", "120")]) == 120_000
    assert bar_of(429, []) == 10_000
    assert bar_of(418, [("Retry-After", "99999999999")]) == 120_000
    assert bar_of(200, [("Retry-After", "7")]) is None
