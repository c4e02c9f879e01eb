"""The store of market data: idempotent, whole or not at all, and exact."""

import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.archive import Depth, Kind, Series
from benthic.actors.exchange.archive.read import Record
from benthic.actors.exchange.archive.trade_ids import IdHole
from benthic.actors.exchange.tape import Columns, Gaps, Tape
from benthic.actors.market.book import Book, Level
from benthic.actors.market.candle import Candle
from benthic.actors.market.errors import BadValue
from benthic.actors.market.funding import Funding
from benthic.actors.market.symbol import Symbol
from benthic.actors.market.ticker import Ticker
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade
from benthic.runtime import Millis
from benthic.storage.marketdata import (
    Disagreement,
    MarketDataBusy,
    MarketStore,
    NoMarketData,
    NotMarketData,
    PartDamaged,
    Prefer,
    replay,
    series_in,
    series_of,
)
from benthic.storage.marketdata.layout import folder_of, series_at
from benthic.storage.marketdata.parts import one_writer, parts_in

MINUTE = 60_000
START = 1_638_316_800_000 - 3 * MINUTE  # three minutes before December 2021
BTC = Symbol("BTC", "USDT")
FRAME = TimeFrame(1, "m")
CANDLES = Series("binance", BTC, Kind.CANDLES, FRAME)


def a_tape(*minutes: int, price: float = 1.0) -> Tape:
    """Candles at these minutes; those from `START + 3` on are of another month."""
    prices = np.full(len(minutes), price)
    times = START + MINUTE * np.array(minutes, np.int64)
    columns = Columns(times, prices, prices, prices, prices, prices)
    return Tape(str(BTC), FRAME, columns, gaps=Gaps.ALLOW)


def minutes_in(store: MarketStore) -> list[int]:
    tape = store.tape(CANDLES, gaps=Gaps.ALLOW)
    return [int(at - START) // MINUTE for at in tape.open_times]


@pytest.fixture
def store(tmp_path: Path) -> MarketStore:
    return MarketStore(tmp_path / "market-data")


def test_the_same_candles_twice_add_nothing(store: MarketStore) -> None:
    first = store.add_candles(CANDLES, a_tape(0, 1, 2, 3, 4))
    again = store.add_candles(CANDLES, a_tape(0, 1, 2, 3, 4))

    assert (first.added, first.known) == (5, 0)
    assert (again.added, again.replaced, again.known) == (0, 0, 5)
    assert minutes_in(store) == [0, 1, 2, 3, 4]


def a_run(at: int, length: int) -> set[int]:
    return set(range(at, at + length))


@given(st.lists(st.builds(a_run, st.integers(0, 12), st.integers(2, 6)), min_size=1, max_size=4))
@settings(max_examples=30)
def test_whatever_comes_in_whatever_order_the_store_has_all_of_it_once(
    tmp_path_factory: pytest.TempPathFactory, runs: list[set[int]]
) -> None:
    store = MarketStore(tmp_path_factory.mktemp("store"))
    for run in runs:
        store.add_candles(CANDLES, a_tape(*sorted(run)))

    assert minutes_in(store) == sorted(frozenset[int]().union(*runs))


def test_a_contradiction_is_refused_whole_and_names_both(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(4, 5))

    with pytest.raises(
        Disagreement, match=r"2021-12-01 00:01:00: .*close 1.0, .* is there, open 2.0"
    ) as e:
        store.add_candles(CANDLES, a_tape(0, 1, 4, price=2.0))

    assert e.value.count == 1
    assert minutes_in(store) == [4, 5]  # of the month before nothing was added either


@pytest.mark.parametrize(("prefer", "price"), [(Prefer.OLD, 1.0), (Prefer.NEW, 2.0)])
def test_who_prefers_one_side_gets_it(store: MarketStore, prefer: Prefer, price: float) -> None:
    store.add_candles(CANDLES, a_tape(3, 4))

    added = store.add_candles(CANDLES, a_tape(4, 5, price=2.0), prefer=prefer)

    assert (added.added, added.replaced) == (1, int(prefer is Prefer.NEW))
    assert store.tape(CANDLES).closes.tolist() == [1.0, price, 2.0]


def test_candles_are_kept_by_month_and_read_back_to_the_bit(store: MarketStore) -> None:
    tape = a_tape(*range(6), price=0.1 + 0.2)
    store.add_candles(CANDLES, tape)
    folder = store.root / "binance" / "BTC-USDT" / "1m"

    assert [path.name for path in parts_in(folder)] == ["2021-11.parquet", "2021-12.parquet"]
    for left, right in zip(store.tape(CANDLES).columns, tape.columns, strict=True):
        np.testing.assert_array_equal(left, right)


def test_what_is_held_is_told_with_its_gaps(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(0, 1, 4, 6))
    held = store.held(CANDLES)

    assert (held.rows, held.gaps, held.missing) == (4, 2, 3)
    assert (held.first, held.last) == (START, START + 6 * MINUTE)
    assert store.series() == [CANDLES]


def trade(at: int, name: str, price: str = "1.10") -> Trade:
    return Trade(name, str(BTC), "buy", Decimal(price), Decimal("2.50"), Millis(START + at))


def test_trades_that_are_missing_are_told_where_ids_count_up_by_one(store: MarketStore) -> None:
    series = Series("binance", BTC, Kind.TRADES)
    day = 86_400_000
    known = [(0, "8"), (1, "9"), (1, "10"), (2, "14"), (day, "15"), (day, "16"), (day, "18")]
    store.add_records(series, [trade(at, name) for at, name in known])
    held = store.held(series)

    assert (held.gaps, held.missing) == (2, 4)
    assert store.id_holes(series) == [IdHole(10, 14), IdHole(16, 18)]


@pytest.mark.parametrize("ids", [["10", "20", "30"], ["a1", "a2", "a4"], ["1", "2", ""], ["7"]])
def test_ids_that_count_otherwise_tell_of_no_missing_trades(
    store: MarketStore, ids: list[str]
) -> None:
    series = Series("binance", BTC, Kind.TRADES)
    store.add_records(series, [trade(at, name) for at, name in enumerate(ids)])
    held = store.held(series)

    assert (held.gaps, held.missing) == (None, None)


def test_trades_of_one_moment_stand_by_their_numbers_however_they_came(store: MarketStore) -> None:
    series = Series("binance", BTC, Kind.TRADES)
    store.add_records(series, [trade(0, "9"), trade(0, "11"), trade(1, "12")])
    store.add_records(series, [trade(0, "10"), trade(0, "8")])

    found = [each.trade_id for each in store.records(series) if isinstance(each, Trade)]
    assert found == ["8", "9", "10", "11", "12"]


def level(price: str, amount: str = "1") -> Level:
    return Level(Decimal(price), Decimal(amount))


def depth(number: int, at: int, *, is_snapshot: bool = False, ask: str = "2") -> Depth:
    previous = None if is_snapshot else number - 1
    sides = (level("1"),), (level(ask),)
    return Depth(str(BTC), is_snapshot, number, number, previous, *sides, Millis(START + at))


RECORDS: dict[Kind, Sequence[Record]] = {
    Kind.TRADES: [trade(0, "7"), trade(0, "8"), trade(3, ""), trade(3, ""), trade(9, "9", "1e-8")],
    Kind.QUOTES: [
        Book(str(BTC), (level("1", "0.10"),), (level("2"),), Millis(START + at)) for at in (0, 0, 5)
    ],
    Kind.FUNDING: [Funding(str(BTC), Decimal("-0.0001"), Millis(START + at)) for at in (0, 17)],
    Kind.BOOK: [depth(1, 0, is_snapshot=True), depth(2, 5), depth(3, 5, ask="3")],
    Kind.TICKER: [
        Ticker(str(BTC), Millis(START), last=Decimal("1.10"), bid=Decimal(1)),
        Ticker(str(BTC), Millis(START + 7), mark=Decimal("1e-8")),
    ],
}


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.value)
def test_records_come_back_as_they_went_in_and_once(store: MarketStore, kind: Kind) -> None:
    series = Series("binance", BTC, kind)
    for _ in range(2):
        store.add_records(series, RECORDS[kind])

    assert list(store.records(series)) == RECORDS[kind]


@settings(max_examples=20)
@given(begin=st.integers(0, 12), end=st.integers(0, 12))
def test_a_day_that_is_added_in_pieces_is_that_day_in_its_order(begin: int, end: int) -> None:
    rows = [trade(number // 3, str(number) if number % 4 else "") for number in range(12)]
    series = Series("binance", BTC, Kind.TRADES)
    begin, end = min(begin, end), max(begin, end)
    with TemporaryDirectory() as folder:
        store = MarketStore(Path(folder) / "store")
        for part in (rows[:end], rows[begin:]):
            store.add_records(series, part)

        assert list(store.records(series)) == rows


def test_a_trade_of_a_known_id_at_another_price_is_a_contradiction(store: MarketStore) -> None:
    series = Series("binance", BTC, Kind.TRADES)
    store.add_records(series, [trade(0, "7")])

    with pytest.raises(Disagreement, match=r"price 1.10 is there, price 1.20 is new"):
        store.add_records(series, [trade(0, "7", "1.20")])


def test_everything_replays_in_one_order_of_time(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(0, 1))
    other = Series("binance", Symbol("ETH", "USDT"), Kind.CANDLES, TimeFrame(2, "m"))
    store.add_candles(other, Tape("ETH/USDT", TimeFrame(2, "m"), a_tape(0).columns))
    trades, book = Series("binance", BTC, Kind.TRADES), Series("binance", BTC, Kind.BOOK)
    store.add_records(trades, [trade(0, "1"), trade(2 * MINUTE, "2")])
    store.add_records(book, RECORDS[Kind.BOOK])

    asked = [(trades, "trade"), (other, "slow"), (CANDLES, "fast"), (book, "book")]
    told = [(at - START, to, type(value)) for at, to, value in replay(store, asked)]

    assert told == [
        (0, "trade", Trade),
        (0, "book", Book),
        (5, "book", Book),
        (5, "book", Book),
        (MINUTE, "fast", Candle),
        (2 * MINUTE, "slow", Candle),
        (2 * MINUTE, "fast", Candle),
        (2 * MINUTE, "trade", Trade),
    ]


def test_a_part_that_was_cut_or_has_rotted_is_named(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(0, 1))
    (part,) = parts_in(store.root / folder_of(CANDLES))
    content = part.read_bytes()

    for spoilt in (content[:-9], b"", content[:60] + b"\xff" + content[61:]):
        part.write_bytes(spoilt)
        with pytest.raises(PartDamaged, match=r"2021-11.parquet: it is not what was written; del"):
            store.tape(CANDLES)


def test_one_process_writes_at_a_time(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(0))

    with one_writer(store.root), pytest.raises(MarketDataBusy, match="another process writes it"):
        store.add_candles(CANDLES, a_tape(1))


def test_what_a_crash_left_is_not_read_and_goes_with_the_next_import(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(0))
    folder = store.root / folder_of(CANDLES)
    leftover = folder / ".2021-11.parquet.new"
    leftover.write_bytes(b"PAR1 half a file")
    assert minutes_in(store) == [0]

    store.add_candles(CANDLES, a_tape(1))

    assert minutes_in(store) == [0, 1]
    assert not leftover.exists()


def test_a_disk_that_fills_in_the_middle_leaves_whole_files(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(0))
    program = (
        "import sys, numpy as np; from pathlib import Path\n"
        "from benthic.storage.marketdata import MarketStore\n"
        "from benthic.actors.exchange.tape import Columns, Tape\n"
        "store = MarketStore(Path(sys.argv[1])); series = store.series()[0]\n"
        "chance = np.random.default_rng(1)\n"
        "times = int(sys.argv[2]) + 60_000 * np.arange(1, 3_000)\n"
        "columns = Columns(times, *[chance.uniform(1, 1 + 1e-9, 2_999)] * 5)\n"
        "store.add_candles(series, Tape('BTC/USDT', series.frame, columns))\n"
    )
    limit = 4_096

    child = subprocess.run(
        [sys.executable, "-c", program, str(store.root), str(START)],
        check=False,
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )

    assert b"File too large" in child.stderr
    assert minutes_in(store) == [0, 1, 2]  # November was written, December was not
    assert [path.name for path in (store.root / folder_of(CANDLES)).glob(".*")] == []


def test_a_killed_writer_may_leave_the_old_file_or_the_new_one(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(0))
    (part,) = parts_in(store.root / folder_of(CANDLES))
    old = part.read_bytes()
    store.add_candles(CANDLES, a_tape(1))

    part.write_bytes(old)  # as if it had died between the sum and the file

    assert minutes_in(store) == [0]
    store.add_candles(CANDLES, a_tape(1, 2))
    assert minutes_in(store) == [0, 1, 2]


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "ascii")

    with pytest.raises(NotMarketData, match="a folder with other files"):
        MarketStore(tmp_path)


def test_a_store_of_a_newer_benthic_is_not_touched(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(0))
    (store.root / "benthic-data.json").write_text('{"layout": 2}', "ascii")

    with pytest.raises(NotMarketData, match="a store of layout 2, of a newer benthic"):
        MarketStore(store.root)


def test_what_is_not_there_is_told_with_what_is(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(0))

    with pytest.raises(NoMarketData, match="no binance BTC/USDT 5m here; there is binance BTC/US"):
        store.held(Series("binance", BTC, Kind.CANDLES, TimeFrame(5, "m")))


ASSETS = st.text("ABCXYZ019-.%$ä", min_size=1, max_size=8)


def all_series() -> st.SearchStrategy[Series]:
    def made(assets: list[str], kind: Kind) -> Series:
        frame = TimeFrame(4, "h") if kind.is_candles else None
        return Series("binance", Symbol(*assets), kind, frame)

    assets = st.lists(ASSETS, min_size=2, max_size=3, unique=True)
    return st.builds(made, assets, st.sampled_from(Kind))


@given(all_series())
def test_every_series_has_a_folder_that_leads_back_to_it(series: Series) -> None:
    symbol = series.symbol
    if any(text != text.upper() for text in (symbol.base, symbol.quote, symbol.settle)):
        return
    folder = folder_of(series)

    assert series_at(*folder.parts) == series
    assert len(folder.parts) == 3


@pytest.mark.parametrize("address", ["store:", "store:a/b", "store:../BTC-USDT/1m", "store:x/y/z"])
def test_an_address_that_names_no_series_says_how_to_write_one(address: str) -> None:
    with pytest.raises((NoMarketData, BadValue)):
        series_of(address, Path("market-data"))


def test_a_folder_of_a_store_is_found_from_within(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(0))

    assert series_in(store.root / folder_of(CANDLES)) == (store.root.resolve(), CANDLES)
    assert series_in(store.root) is None


def test_blocks_begin_where_they_are_asked_to(store: MarketStore) -> None:
    store.add_candles(CANDLES, a_tape(*range(6)))

    def opened(blocks: Iterator[Columns]) -> list[int]:
        return [int(at - START) // MINUTE for block in blocks for at in block.open_times]

    assert opened(store.blocks(CANDLES, since=Millis(START + 2 * MINUTE))) == [2, 3, 4, 5]
