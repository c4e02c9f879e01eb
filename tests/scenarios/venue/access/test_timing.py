"""The time window of signed requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import Millis
from benthic.scenarios.venue.access.errors import ApiError
from benthic.scenarios.venue.access.timing import check_time

NOW = Millis(1_767_225_600_000)


@given(st.integers(min_value=-70_000, max_value=5_000), st.integers(min_value=0, max_value=60_000))
def test_a_request_is_valid_from_its_window_to_a_second_ahead(offset: int, window: int) -> None:
    timestamp = str(NOW + offset)
    if -window <= offset < 1_000:
        check_time(timestamp, str(window), NOW)
        return
    words = "1000ms ahead" if offset >= 1_000 else "outside of the recvWindow"
    with pytest.raises(ApiError, match=f"-1021: .*{words}"):
        check_time(timestamp, str(window), NOW)


def test_the_window_is_five_seconds_where_none_was_sent() -> None:
    check_time(str(NOW - 5_000), None, NOW)
    with pytest.raises(ApiError, match="outside of the recvWindow"):
        check_time(str(NOW - 5_001), None, NOW)


def test_microseconds_are_understood_and_windows_may_have_decimals() -> None:
    check_time(str(NOW * 1_000 - 1_500), "1.5", NOW)
    with pytest.raises(ApiError, match="-1021"):
        check_time(str(NOW * 1_000 - 1_501), "1.5", NOW)


@pytest.mark.parametrize(
    ("timestamp", "window", "code"),
    [
        (None, None, -1102),
        ("", None, -1102),
        ("yesterday", None, -1100),
        ("-5", None, -1100),
        (str(NOW), "60001", -1102),
        (str(NOW), "many", -1100),
        (str(NOW), "1.2345", -1100),
    ],
)
def test_nonsense_is_told_as_such(timestamp: str | None, window: str | None, code: int) -> None:
    with pytest.raises(ApiError) as caught:
        check_time(timestamp, window, NOW)

    assert caught.value.code == code
