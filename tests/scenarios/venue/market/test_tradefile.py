"""Trade files: the layouts that are read, and what is said of those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from benthic.actors.exchange.tape import (
    BadHeader,
    BrokenRow,
    EmptyTape,
    TapeError,
    TimeDisorder,
    UnreadableFile,
)
from benthic.scenarios.venue.market import Print, read_trades

from .arena import START, spot

AGGREGATED = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"


def written(folder: Path, text: str | bytes) -> Path:
    """A file with this text."""
    path = folder / "trades.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        f"1,60000.10,0.5,30000.05,{START},true,true\n",
        f"1,60000.10,0.5,30000.05,{START},True\n",
        f"9,60000.10,0.5,1,1,{START}000,True,True\n",
        f"id,price,qty,quote_qty,time,is_buyer_maker\n1,60000.10,0.5,0,{START},true\n",
        f"{AGGREGATED}\n1,60000.10,0.5,1,1,{START},true\n",
        f"\ufeffTime,Price,Amount,isBuyerMaker\r\n{START},60000.10,0.5,1\r\n",
    ],
    ids=["spot", "futures", "aggregated, µs", "header", "aggregated header", "any order"],
)
def test_every_layout_of_the_dumps_is_read(tmp_path: Path, text: str) -> None:
    assert list(read_trades(written(tmp_path, text), spot())) == [
        Print(START, 6_000_010, 50_000, is_buyer_maker=True)
    ]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", EmptyTape, "there is not one trade"),
        ("id,price,qty,quote_qty,time,is_buyer_maker\n", EmptyTape, "not one trade"),
        ("1,2,3\n", BadHeader, "without a header, in 3 columns"),
        ("id,price,time\n", BadHeader, "0 columns qty or quantity or amount"),
        (f"1,x,0.5,3,{START},True\n", BrokenRow, "trades.csv:1: 'x' is not a number above 0"),
        (f"1,-1,0.5,3,{START},True\n", BrokenRow, "'-1' is not a number above 0"),
        (f"1,nan,0.5,3,{START},True\n", BrokenRow, "'nan' is not a number above 0"),
        (f"1,1,0.5,3,{START},maybe\n", BrokenRow, "'maybe' is not true or false"),
        ("1,1,0.5,3,17,True\n", BrokenRow, "'17' is not ms or µs since 1970"),
        ("1,1,0.5,3,soon,True\n", BrokenRow, "'soon' is not a whole number of ms"),
        (f"1,1,1,3,{START},True\n1,2\n", BrokenRow, "trades.csv:2: the row has 2 fields"),
        (
            f"1,1,1,3,{START},True\n1,1,1,3,{START - 1},True\n",
            TimeDisorder,
            "older than the one before",
        ),
        (b"\xff\xfe\x00", UnreadableFile, "not text in UTF-8"),
    ],
)
def test_what_is_wrong_with_a_trade_file_is_said_with_its_place(
    tmp_path: Path, text: str | bytes, error: type[TapeError], words: str
) -> None:
    with pytest.raises(error, match=words):
        list(read_trades(written(tmp_path, text), spot()))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nowhere\.csv: it cannot be read"):
        list(read_trades(tmp_path / "nowhere.csv", spot()))
