"""Market data that others recorded, taken into one store: twice is once, and nothing is lost."""

from pathlib import Path

import pytest

from benthic.actors.exchange.archive import Asked, survey
from benthic.actors.exchange.archive.read import read_candles, read_records
from benthic.actors.market.symbol import Symbol
from benthic.storage.marketdata import Added, MarketStore, replay

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recorded market data are not here: no folder {DATA}"
)

UNNAMED = Asked(Symbol("BTC", "USDT"))
FILES = (
    ("candles/UNITTEST_BTC-1m.feather", Asked(), 13_681),
    ("candles/UNITTEST_BTC-1m.json", Asked(), 0),  # says the same
    ("candles/XRP_ETH-1m.feather", Asked(), 2_469),
    ("trades/XRP_ETH-trades.feather", Asked(), 12_477),
    ("trades/XRP_ETH-trades.json.gz", Asked(), 0),  # says the same
    ("trades/btcusdt-trades.parquet", UNNAMED, 2_001),
    ("trades/btcusdt-quotes.parquet", Asked(), 451),
    ("futures/XRP_USDT_USDT-1h-futures.feather", Asked(), 100),
    ("futures/XRP_USDT_USDT-1h-mark.feather", Asked(), 100),
    ("futures/XRP_USDT_USDT-8h-funding_rate.feather", Asked(), 91),
    ("book/xrpusdt-ob500.data.zip", Asked(), 50),
    ("octobot/ExchangeHistoryDataCollector_1711122002.311132.data", Asked(), 2_000),
)


def taken(store: MarketStore, name: str, asked: Asked) -> list[Added]:
    return [
        store.add_candles(found.series, read_candles(found))
        if found.series.kind.is_candles
        else store.add_records(found.series, read_records(found))
        for found in survey(str(DATA / name), venue="binance", asked=asked)
    ]


def test_every_recording_goes_in_once_and_comes_out_in_order(tmp_path: Path) -> None:
    store = MarketStore(tmp_path / "market-data")
    added = {
        name: sum(each.added for each in taken(store, name, asked)) for name, asked, _ in FILES
    }
    again = [each.added for name, asked, _ in FILES[::5] for each in taken(store, name, asked)]

    assert added == {name: rows for name, _, rows in FILES}
    assert set(again) == {0}
    before, count = 0, 0
    for at, _, _ in replay(store, [(series, series.name) for series in store.series()]):
        assert at >= before
        before, count = at, count + 1
    assert count == sum(rows for _, _, rows in FILES)
