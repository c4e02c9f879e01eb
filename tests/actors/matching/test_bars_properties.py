"""What a bar does to a resting order, against the one-line rule on fractions."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.candle import Candle
from benthic.actors.market.side import Side
from benthic.actors.matching.bars import Bar, is_marketable, price_in
from benthic.runtime.clock import Millis

ticks = st.integers(1, 40).map(lambda count: Decimal(count) / 4)
sides: st.SearchStrategy[Side] = st.sampled_from(("buy", "sell"))


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    low, one, two, high = sorted(draw(ticks) for _ in range(4))
    opened, closed = draw(st.permutations([one, two]))
    return Bar.of(Candle(Millis(0), float(opened), float(high), float(low), float(closed), 1.0))


@given(bars(), sides, ticks)
def test_an_order_trades_where_the_bar_reaches_it(bar: Bar, side: Side, limit: Decimal) -> None:
    opened, high, low = Fraction(bar.open), Fraction(bar.high), Fraction(bar.low)
    if side == "buy":
        expected = min(opened, Fraction(limit)) if low <= limit else None
    else:
        expected = max(opened, Fraction(limit)) if high >= limit else None

    price = price_in(bar, side, limit)

    assert (None if price is None else Fraction(price)) == expected


@given(bars(), sides, ticks)
def test_a_price_lies_in_the_bar_and_is_never_worse_than_the_limit(
    bar: Bar, side: Side, limit: Decimal
) -> None:
    price = price_in(bar, side, limit)

    if price is not None:
        assert bar.low <= price <= bar.high
        assert price <= limit if side == "buy" else price >= limit


@given(bars(), sides, ticks, ticks)
def test_a_better_limit_is_reached_whenever_a_worse_one_is(
    bar: Bar, side: Side, one: Decimal, other: Decimal
) -> None:
    worse, better = sorted((one, other), reverse=side == "sell")

    if price_in(bar, side, worse) is not None:
        assert price_in(bar, side, better) is not None


@given(sides, ticks, ticks)
def test_an_order_is_marketable_when_a_bar_of_one_price_would_fill_it(
    side: Side, limit: Decimal, market: Decimal
) -> None:
    still = Bar(market, market, market, rising=True)

    assert is_marketable(side, limit, market) is (price_in(still, side, limit) is not None)


def test_prices_of_a_candle_are_taken_as_they_were_written() -> None:
    bar = Bar.of(Candle(Millis(0), 0.1, 0.3, 0.1, 0.2, 1.0))

    assert (bar.open, bar.high, bar.low) == (Decimal("0.1"), Decimal("0.3"), Decimal("0.1"))
    assert bar.rising


def test_a_bar_that_ends_where_it_began_counts_as_rising() -> None:
    assert Bar.of(Candle(Millis(0), 0.2, 0.3, 0.1, 0.2, 1.0)).rising
    assert not Bar.of(Candle(Millis(0), 0.2, 0.3, 0.1, 0.1, 1.0)).rising
