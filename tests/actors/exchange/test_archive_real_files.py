"""Market data that others recorded, of all kinds: read to the last row, and equal where they must.

Candles in CSV and OctoBot's files are held in `test_tape_real_files`.
"""

from decimal import Decimal

import numpy as np
import pytest

from benthic.actors.exchange.archive import Asked, Kind, books
from benthic.actors.exchange.archive.depth import Depth
from benthic.actors.exchange.archive.read import read_candles, read_records
from benthic.actors.exchange.tape import EmptyTape, TapeError
from benthic.actors.feeds.resampling import candles_of, resample
from benthic.actors.market.book import Book
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade

from .recordings import BTC, DATA, MINUTE, found_in, need_recordings

pytestmark = need_recordings

UNNAMED = Asked(BTC)


@pytest.mark.parametrize(
    ("name", "series", "rows"),
    [
        ("candles/ADABTC-1m-2021-11-27.csv", "ADA/BTC 1m", 10),
        ("candles/ETH_BTC-5m.feather", "ETH/BTC 5m", 5_760),
        ("candles/LTC_BTC-5m.feather", "LTC/BTC 5m", 5_760),
        ("candles/UNITTEST_BTC-1m.feather", "UNITTEST/BTC 1m", 13_681),
        ("candles/UNITTEST_BTC-1m.json", "UNITTEST/BTC 1m", 13_681),
        ("candles/XRP_ETH-1m.feather", "XRP/ETH 1m", 2_469),
        ("candles/XRP_ETH-5m.feather", "XRP/ETH 5m", 706),
        ("futures/XRP_USDT_USDT-1h-futures.feather", "XRP/USDT:USDT 1h", 100),
        ("futures/XRP_USDT_USDT-1h-mark.feather", "XRP/USDT:USDT 1h-mark", 100),
    ],
    ids=str,
)
def test_candles_are_read_to_the_row_and_named_by_their_file(
    name: str, series: str, rows: int
) -> None:
    found = found_in(name)

    assert len(read_candles(found)) == rows
    assert str(found.series) == f"binance {series}"


@pytest.mark.parametrize(
    ("name", "asked", "series", "rows"),
    [
        ("trades/XRP_ETH-trades.feather", Asked(), "XRP/ETH trades", 12_477),
        ("trades/XRP_ETH-trades.json.gz", Asked(), "XRP/ETH trades", 12_477),
        ("trades/btcusdt-trades.parquet", UNNAMED, "BTC/USDT trades", 2_001),
        ("trades/btcusdt-quotes.parquet", Asked(), "BTC/USDT quotes", 451),
        ("futures/XRP_USDT_USDT-8h-funding_rate.feather", Asked(), "XRP/USDT:USDT funding", 91),
        ("book/btcusdt-depth-snap.csv", Asked(), "BTC/USDT book", 1),
        ("book/btcusdt-depth-update.csv", Asked(), "BTC/USDT book", 1),
        ("book/xrpusdt-ob500.data.zip", Asked(), "XRP/USDT book", 50),
    ],
    ids=str,
)
def test_what_is_no_candle_is_read_to_the_row(
    name: str, asked: Asked, series: str, rows: int
) -> None:
    found = found_in(name, asked)

    assert sum(1 for _ in read_records(found)) == rows
    assert str(found.series) == f"binance {series}"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("candles/UNITTEST_BTC-8m.feather", "the file is empty"),
        ("candles/NOPAIR_XXX-4m.json", "the list is empty"),
    ],
)
def test_a_file_without_data_says_so(name: str, problem: str) -> None:
    with pytest.raises(EmptyTape, match=problem):
        read_candles(found_in(name))


def test_a_file_that_says_nothing_of_its_pair_asks_for_it() -> None:
    with pytest.raises(TapeError, match="of which pair it is; say so, as --symbol"):
        found_in("trades/btcusdt-trades.parquet")


def test_feather_and_json_say_the_same_to_the_last_bit() -> None:
    one, other = (
        read_candles(found_in(f"candles/UNITTEST_BTC-1m.{kind}")) for kind in ("feather", "json")
    )

    for left, right in zip(one.columns, other.columns, strict=True):
        np.testing.assert_array_equal(left, right)


def test_trades_in_gzip_are_those_in_feather() -> None:
    one, other = (
        list(read_records(found_in(f"trades/XRP_ETH-trades.{kind}")))
        for kind in ("feather", "json.gz")
    )

    assert one == other


@pytest.mark.parametrize("frame", ["1m", "5m"])
def test_candles_of_trades_are_the_candles_that_were_stored(frame: str) -> None:
    records = read_records(found_in("trades/XRP_ETH-trades.json.gz"))
    trades = [each for each in records if isinstance(each, Trade)]
    stored = read_candles(found_in(f"candles/XRP_ETH-{frame}.feather"))

    made = list(candles_of(trades, TimeFrame.parse(frame)))

    assert made == [candle for block in stored.blocks() for candle in block]


def test_five_minutes_made_of_one_are_those_that_were_stored() -> None:
    low, high = (
        read_candles(found_in(f"candles/XRP_ETH-{frame}.feather")) for frame in ("1m", "5m")
    )

    made = resample(low.columns, MINUTE, TimeFrame(5, "m"))

    assert int(made.is_complete.sum()) == 151
    for left, right in zip(made.columns, high.columns, strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_snapshot_and_its_changes_give_a_book_after_each() -> None:
    records = list(read_records(found_in("book/xrpusdt-ob500.data.zip")))
    changes = [each for each in records if isinstance(each, Depth)]

    found = list(books(changes, levels=500))

    assert len(found) == len(changes) == 50
    assert all(book.bids[0].price < book.asks[0].price for book in found)
    assert found[0].bids[0] == changes[0].bids[0]
    assert found[-1].sequence == 20_254_918


def test_changes_without_their_snapshot_give_no_book() -> None:
    names = ("book/btcusdt-depth-snap.csv", "book/btcusdt-depth-update.csv")
    changes = [
        each for name in names for each in read_records(found_in(name)) if isinstance(each, Depth)
    ]

    assert [book.sequence for book in books(changes)] == [2_098_021_528_332]


def test_a_quote_is_a_book_of_one_level() -> None:
    first = next(read_records(found_in("trades/btcusdt-quotes.parquet")))

    assert isinstance(first, Book)
    assert (first.bids[0].price, first.asks[0].price) == (Decimal("39432.99"), Decimal("39433.62"))
    assert first.asks[0].amount == Decimal("0.066851")


def test_every_recording_is_held_by_a_test() -> None:
    held = {
        *("candles/btc-perp-20211231-20220201_1m.csv", "candles/ADABTC-1m-2021-11-27.csv"),
        *("candles/ETH_BTC-5m.feather", "candles/LTC_BTC-5m.feather"),
        *("candles/UNITTEST_BTC-1m.feather", "candles/UNITTEST_BTC-1m.json"),
        *("candles/UNITTEST_BTC-8m.feather", "candles/NOPAIR_XXX-4m.json"),
        *("candles/XRP_ETH-1m.feather", "candles/XRP_ETH-5m.feather"),
        *("trades/XRP_ETH-trades.feather", "trades/XRP_ETH-trades.json.gz"),
        *("trades/btcusdt-trades.parquet", "trades/btcusdt-quotes.parquet"),
        *("book/btcusdt-depth-snap.csv", "book/btcusdt-depth-update.csv"),
        "book/xrpusdt-ob500.data.zip",
        *(f"futures/XRP_USDT_USDT-{kind}.feather" for kind in ("1h-futures", "1h-mark")),
        "futures/XRP_USDT_USDT-8h-funding_rate.feather",
        "octobot/ExchangeHistoryDataCollector_1589740606.4862757.data",
        "octobot/ExchangeHistoryDataCollector_1711122002.311132.data",
    }
    folders = ("candles", "trades", "book", "futures", "octobot")

    assert held == {
        path.relative_to(DATA).as_posix() for name in folders for path in (DATA / name).iterdir()
    }


def test_the_rate_of_funding_is_not_taken_for_a_price() -> None:
    assert found_in("futures/XRP_USDT_USDT-8h-funding_rate.feather").series.kind is Kind.FUNDING
