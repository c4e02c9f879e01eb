"""Time frames: their text, their grid in UTC, and where a bar ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.errors import BadValue
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime.clock import Millis
from benthic.runtime.errors import UsageError

FRAMES = [
    "1s",
    "1m",
    "3m",
    "5m",
    "8m",
    "15m",
    "30m",
    "1h",
    "4h",
    "6h",
    "12h",
    "1d",
    "3d",
    "1w",
    "1M",
]

frames = st.sampled_from(FRAMES).map(TimeFrame.parse)
moments = st.integers(0, 4_102_444_800_000).map(Millis)  # 1970 to 2100


def ms(text: str) -> Millis:
    return Millis(int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000)


@pytest.mark.parametrize("text", FRAMES)
def test_a_frame_reads_back_what_it_prints(text: str) -> None:
    assert str(TimeFrame.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "m",
        "1",
        "0m",
        "01m",
        "-1m",
        "1.5m",
        "1 m",
        "1min",
        "1D",
        "2M",
        "99999m",
        "\uff11m",
        None,
        5,
    ],
    ids=repr,
)
def test_what_is_no_frame_is_refused_with_its_place(text: object) -> None:
    with pytest.raises(BadValue, match=r"^bot\.toml: frame: "):
        TimeFrame.parse(text, place="bot.toml: frame")


@pytest.mark.parametrize(
    ("text", "length"),
    [("1s", 1_000), ("1m", 60_000), ("4h", 14_400_000), ("1d", 86_400_000), ("1w", 604_800_000)],
)
def test_a_fixed_frame_has_its_length_in_ms(text: str, length: int) -> None:
    assert TimeFrame.parse(text).is_fixed
    assert TimeFrame.parse(text).length == length


def test_a_month_has_an_end_but_no_length() -> None:
    month = TimeFrame.parse("1M")

    assert not month.is_fixed
    with pytest.raises(UsageError, match="close_of"):
        _ = month.length
    assert month.close_of(ms("2024-02-01")) == ms("2024-03-01")
    assert month.close_of(ms("2023-12-01")) == ms("2024-01-01")
    assert month.open_of(ms("2024-02-29T23:59:59")) == ms("2024-02-01")


def test_weeks_begin_on_monday() -> None:
    week = TimeFrame.parse("1w")

    assert week.open_of(ms("2021-01-03T23:59:59")) == ms("2020-12-28")
    assert week.open_of(ms("2021-01-04")) == ms("2021-01-04")


@given(frames, moments)
def test_every_instant_lies_in_exactly_one_bar(frame: TimeFrame, at: Millis) -> None:
    opened = frame.open_of(at)
    closed = frame.close_of(opened)

    assert opened <= at < closed
    assert frame.is_aligned(opened)
    assert frame.is_aligned(closed)
    assert frame.open_of(Millis(closed - 1)) == opened
    assert frame.is_aligned(at) is (at == opened)


@given(moments)
def test_a_month_is_what_the_calendar_says(at: Millis) -> None:
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    opened = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        milliseconds=TimeFrame.parse("1M").open_of(at)
    )

    assert (opened.year, opened.month, opened.day) == (day.year, day.month, 1)
    assert opened.time().isoformat() == "00:00:00"


@given(frames, moments, st.integers(0, 40), st.integers(1, 999))
def test_steps_between_two_bars_are_the_closes_between_them(
    frame: TimeFrame, at: Millis, steps: int, off: int
) -> None:
    later = opened = frame.open_of(at)
    for _ in range(steps):
        later = frame.close_of(later)

    assert frame.steps_between(opened, later) == steps
    assert frame.steps_between(later, opened) == -steps
    assert frame.steps_between(opened, Millis(later + off)) is None
