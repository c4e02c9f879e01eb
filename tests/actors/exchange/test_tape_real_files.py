"""Market data that others recorded: read whole, with the figures that are known of it."""

from pathlib import Path

import pytest

from benthic.actors.exchange.tape import (
    BadHeader,
    EmptyTape,
    ForeignFile,
    Gap,
    Gaps,
    Tape,
    read_tape,
)
from benthic.actors.market.timeframe import TimeFrame

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
PERPETUAL = DATA / "candles" / "btc-perp-20211231-20220201_1m.csv"
DUMP = DATA / "candles" / "ADABTC-1m-2021-11-27.csv"
ETH_BTC = DATA / "octobot" / "ExchangeHistoryDataCollector_1589740606.4862757.data"
FOUR_PAIRS = DATA / "octobot" / "ExchangeHistoryDataCollector_1711122002.311132.data"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recorded market data are not here: no folder {DATA}"
)


def read(path: Path, symbol: str, frame: str, *, gaps: Gaps = Gaps.REFUSE) -> Tape:
    return read_tape(path, symbol=symbol, frame=TimeFrame.parse(frame), gaps=gaps)


def test_a_month_of_a_perpetual_is_read_to_the_last_row() -> None:
    tape = read(PERPETUAL, "BTC/USDT", "1m")
    last = tape.candle(len(tape) - 1)

    assert len(tape) == 45_031
    assert tape.open_times[0] == 1_640_991_660_000  # 2021-12-31 23:01
    assert last.at == 1_643_693_460_000  # 2022-02-01 05:31
    assert (last.open, last.high, last.low, last.close) == (38525.0, 38546.0, 38525.0, 38544.0)
    assert last.volume == 685906.9735


def test_a_binance_dump_is_read_without_a_header() -> None:
    tape = read(DUMP, "ADA/BTC", "1m")

    assert len(tape) == 10
    assert tape.closes.tolist()[:3] == [2.854e-05, 2.859e-05, 2.859e-05]
    assert tape.open_times[9] == 1_637_971_740_000


@pytest.mark.parametrize(
    ("frame", "count"),
    [
        ("1m", 500),
        ("3m", 500),
        ("5m", 500),
        ("15m", 500),
        ("30m", 500),
        ("1h", 500),
        ("4h", 500),
        ("6h", 500),
        ("8h", 500),
        ("12h", 500),
        ("1d", 500),
        ("3d", 347),
        ("1w", 149),
        ("1M", 35),
    ],
    ids=str,
)
def test_every_whole_series_of_an_octobot_file_is_read(frame: str, count: int) -> None:
    assert len(read(ETH_BTC, "ETH/BTC", frame)) == count


def test_the_missing_candle_of_a_real_history_is_found() -> None:
    with pytest.raises(Gap, match="between 2020-04-25 00:00:00 and 2020-04-25 04:00:00") as caught:
        read(ETH_BTC, "ETH/BTC", "2h")

    assert caught.value.missing == 1
    assert len(read(ETH_BTC, "ETH/BTC", "2h", gaps=Gaps.ALLOW)) == 500


@pytest.mark.parametrize("symbol", ["BNB/USDT", "BTC/USDT", "ETH/USDT", "SOL/USDT"])
def test_each_pair_of_an_octobot_file_is_read_alone(symbol: str) -> None:
    tape = read(FOUR_PAIRS, symbol, "4h")

    assert (len(tape), tape.symbol) == (500, symbol)
    assert tape.close_times[-1] == 1_711_123_200_000


@pytest.mark.parametrize(
    ("name", "error", "problem"),
    [
        ("candles/UNITTEST_BTC-8m.feather", EmptyTape, "the file is empty"),
        ("candles/NOPAIR_XXX-4m.json", EmptyTape, "the list is empty"),
        ("trades/btcusdt-trades.parquet", BadHeader, "the table has no column open"),
        ("book/xrpusdt-ob500.data.zip", ForeignFile, "a zip archive"),
    ],
    ids=str,
)
def test_files_of_other_kinds_are_named_for_what_they_are(
    name: str, error: type[Exception], problem: str
) -> None:
    with pytest.raises(error, match=problem):
        read(DATA / name, "BTC/USDT", "1m")
