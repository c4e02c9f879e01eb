"""An hour of market data on which everything goes wrong, from the wire to who trades by it."""

from __future__ import annotations

from benthic.benchmarks.feed_sweep.run import swept
from benthic.benchmarks.feed_sweep.setting import HOUR, MINUTE, SYMBOLS, Setting
from benthic.runtime import Millis


def test_an_hour_of_faults_leaves_market_data_as_the_venue_had_it() -> None:
    setting = Setting(7, Millis(HOUR), symbols=SYMBOLS[:2], slot=210_000, density=0.05)

    report = swept(setting, repeated=5 * MINUTE)

    assert report.violations == ()
    assert report.ok
    assert report.faults >= 9
    assert report.figures["books compared"] > 200
    assert report.figures["trades"] > 200
    assert report.figures["candles"] >= 2 * (59 + 11 + 3)
    assert report.figures["turns"] > 50
    assert report.figures["switches"] > 20
