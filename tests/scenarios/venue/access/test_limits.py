"""Limits: weight by address and minute, bans that grow, orders that did not trade."""

import pytest

from benthic.runtime import Millis
from benthic.scenarios.venue.access.errors import ApiError
from benthic.scenarios.venue.access.limits import (
    FIRST_BAN,
    LONGEST_BAN,
    MINUTE,
    PATIENCE,
    OrderLimit,
    WeightLimit,
)

START = Millis(1_767_225_600_000)


def refusal(limit: WeightLimit, now: int, address: str = "a") -> ApiError:
    with pytest.raises(ApiError) as caught:
        limit.spend(address, 1, Millis(now))
    return caught.value


def test_weight_counts_by_address_and_is_forgotten_with_the_minute() -> None:
    limit = WeightLimit(10)

    assert limit.spend("a", 4, START) == 4
    assert limit.spend("a", 6, Millis(START + 59_999)) == 10
    assert limit.spend("b", 1, START) == 1
    assert limit.spend("a", 1, Millis(START + MINUTE)) == 1


def test_beyond_the_limit_is_a_429_that_says_when_the_minute_ends() -> None:
    limit = WeightLimit(10)
    limit.spend("a", 10, START)
    error = refusal(limit, START + 20_500)

    assert (error.status, error.code) == (429, -1003)
    assert error.headers == (("Retry-After", "40"),)
    assert "current limit is 10 request weight per 1 MINUTE" in error.text


def test_who_goes_on_is_banned_and_each_ban_is_longer_than_the_last() -> None:
    limit = WeightLimit(1)
    lengths: list[int] = []
    now = int(START)
    for _ in range(8):
        limit.spend("a", 1, Millis(now))
        for _ in range(PATIENCE):
            assert refusal(limit, now).status == 429
        banned = refusal(limit, now)
        assert banned.status == 418
        assert f"IP banned until {limit.banned_until('a')}" in banned.text
        lengths.append(limit.banned_until("a") - now)
        assert refusal(limit, now + lengths[-1] - 1).headers == (("Retry-After", "1"),)
        now = (now + lengths[-1]) // MINUTE * MINUTE + MINUTE

    assert lengths[0] == FIRST_BAN
    assert lengths == sorted(lengths)
    assert lengths[-1] == LONGEST_BAN


def test_a_limit_of_nothing_limits_nothing() -> None:
    limit = WeightLimit(0)

    assert limit.spend("a", 10**6, START) == 10**6


def test_orders_count_by_account_and_count_back_when_they_trade() -> None:
    limit = OrderLimit(((10_000, 2), (86_400_000, 3)))
    limit.add(1, 2, START)
    with pytest.raises(ApiError, match="current limit is 2 orders per 10 SECOND") as caught:
        limit.check(1, 1, START)
    assert caught.value.headers == (("Retry-After", "10"),)
    limit.check(2, 2, START)
    limit.add(1, -1, START)
    limit.check(1, 1, START)
    limit.add(1, 1, Millis(START + 10_000))
    limit.add(1, 1, Millis(START + 10_000))
    with pytest.raises(ApiError, match="3 orders per 1 DAY"):
        limit.check(1, 1, Millis(START + 20_000))

    assert limit.headers(1, Millis(START + 10_000)) == (
        ("X-MBX-ORDER-COUNT-10S", "2"),
        ("X-MBX-ORDER-COUNT-1D", "3"),
    )
