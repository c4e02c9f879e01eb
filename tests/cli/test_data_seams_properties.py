"""Whether what a stream brings continues what it brought before, of any candles and trades."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.candle import Candle
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade
from benthic.cli.data.seams import CandleSeam, TradeSeam
from benthic.runtime import Millis

MINUTE = 60_000
PARTS = st.lists(st.booleans(), min_size=40, max_size=40)  # after which one a batch ends


def candle(number: int) -> Candle:
    return Candle(Millis(number * MINUTE), 1.0, 1.0, 1.0, 1.0, 1.0)


def trade(number: int) -> Trade:
    return Trade(str(number), "BTC/USDT", "buy", Decimal(1), Decimal(1), Millis(number))


@given(st.sets(st.integers(0, 39), min_size=2), PARTS)
def test_candles_that_are_missing_between_others_show(there: set[int], parts: list[bool]) -> None:
    seam, batch, is_whole = CandleSeam(TimeFrame.parse("1m")), list[Candle](), True
    for number, ends in zip(sorted(there), parts, strict=False):
        batch.append(candle(number))
        if ends:
            is_whole &= seam.continues(batch)
            batch = []
    is_whole &= seam.continues(batch)

    assert is_whole == (max(there) - min(there) + 1 == len(there))


@given(st.sets(st.integers(1, 40), min_size=2), PARTS, st.randoms(use_true_random=False))
def test_trades_that_are_missing_show_in_whichever_order_they_come(
    there: set[int], parts: list[bool], chance: object
) -> None:
    seam, batches = TradeSeam(), [list[Trade]()]
    for number, ends in zip(sorted(there), parts, strict=False):
        batches[-1].append(trade(number))
        if ends:
            batches.append([])
    is_whole = True
    for batch in batches:
        chance.shuffle(batch)  # type: ignore[attr-defined]
        is_whole &= seam.continues(batch)

    assert is_whole == (max(there) - min(there) + 1 == len(there))


def test_what_comes_again_is_no_hole_and_what_is_late_was_one() -> None:
    candles, trades = CandleSeam(TimeFrame.parse("1m")), TradeSeam()

    assert candles.continues([candle(4), candle(4), candle(5)])
    assert candles.continues([candle(3), candle(6)])
    assert trades.continues([trade(7), trade(8)])
    assert trades.continues([trade(3), trade(8), trade(9)])
    assert not trades.continues([trade(11)])
    assert trades.continues([trade(10), trade(12)])
