"""Depth that others recorded, through the same rules."""

import csv
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benthic.actors.feeds.book_state import BookState
from benthic.actors.market.book import Book, Level
from benthic.actors.market.book_diff import BookDiff, Quote
from benthic.runtime import Millis

BOOKS = Path(__file__).resolve().parents[4] / "shared" / "data" / "book"
BYBIT = BOOKS / "xrpusdt-ob500.data.zip"
SNAPSHOT, UPDATE = BOOKS / "btcusdt-depth-snap.csv", BOOKS / "btcusdt-depth-update.csv"

pytestmark = pytest.mark.skipif(
    not BOOKS.is_dir(), reason=f"the recorded market data are not here: no folder {BOOKS}"
)


def levels(quotes: list[Quote]) -> tuple[Level, ...]:
    return tuple(Level(Decimal(price), Decimal(amount)) for price, amount in quotes)


def quotes(rows: list[dict[str, str]], side: str) -> list[Quote]:
    return [(row["price"], row["qty"]) for row in rows if row["side"] == side]


def test_a_recorded_book_of_500_levels_is_followed_to_its_end() -> None:
    with zipfile.ZipFile(BYBIT) as archive, archive.open(archive.namelist()[0]) as file:
        first, *later = [json.loads(line) for line in file]
    sides: dict[str, dict[Decimal, Decimal]] = {
        side: {Decimal(price): Decimal(amount) for price, amount in first["data"][side]}
        for side in "ba"
    }
    state = BookState("XRP/USDT", numbering="ranges")
    told: Any = first["data"]
    whole = Book("XRP/USDT", levels(told["b"]), levels(told["a"]), Millis(first["ts"]), told["u"])
    assert state.load(whole) == "valid"

    for message in later:
        told, number = message["data"], message["data"]["u"]
        diff = BookDiff(told["b"], told["a"], Millis(message["ts"]), number, first=number)
        assert state.apply(diff) == "valid"
        for side, known in sides.items():
            known.update((Decimal(price), Decimal(amount)) for price, amount in told[side])

    book = state.book(10_000)
    assert book is not None
    assert state.counts.applied == len(later) == 49
    bids = {price: amount for price, amount in sides["b"].items() if amount}
    asks = {price: amount for price, amount in sides["a"].items() if amount}
    assert book.bids == tuple(Level(each, bids[each]) for each in sorted(bids, reverse=True))
    assert book.asks == tuple(Level(each, asks[each]) for each in sorted(asks))


def test_a_recorded_snapshot_that_is_too_old_for_its_update_is_not_taken() -> None:
    """The two files are ten minutes apart."""
    with SNAPSHOT.open() as one, UPDATE.open() as other:
        old, new = list(csv.DictReader(one)), list(csv.DictReader(other))
    state = BookState("BTC/USDT", numbering="links")
    row = new[0]
    state.apply(
        BookDiff(
            quotes(new, "b"),
            quotes(new, "a"),
            Millis(int(row["timestamp"])),
            last=int(row["last_update_id"]),
            previous=int(row["pu"]),
        )
    )
    bids, asks = levels(quotes(old, "b")), levels(quotes(old, "a"))
    at, number = Millis(int(old[0]["timestamp"])), int(old[0]["last_update_id"])

    assert state.load(Book("BTC/USDT", bids, asks, at, number)) == "invalid"
    assert state.fault is not None
    assert state.fault.kind == "STALE_SNAPSHOT"
