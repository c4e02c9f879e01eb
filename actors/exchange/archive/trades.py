"""Reads the trades of a market: freqtrade's feather, JSON and gzip, and Parquet.

Prices and amounts are decimals: those of JSON to the digit, those of floats as the shortest text
that they were written as. Trades come one by one and in order of time; a second one of the same id
at the same time is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from ....runtime import Millis
from ...market.side import Side
from ...market.symbol import Symbol
from ...market.trade import Trade
from ..tape.detect import READ_HERE, Format, detect
from ..tape.errors import BrokenRow, EmptyTape, ForeignFile, Place, TimeDisorder, quoted
from ..tape.header import TIMES
from ..tape.jsonfile import raw_rows, shown, unpacked
from ..tape.progress import Progress, unseen
from ..tape.table import Table, open_table
from .soundness import REPAIR, positive, time_after

AMOUNTS: Final = ("amount", "quantity", "qty")
_IDS: Final = ("id", "trade_id", "tradeid")
_SIDES: Final = ("side",)
_MAKERS: Final = ("buyer_maker", "is_buyer_maker", "isbuyermaker")
_FORM: Final = "[time in ms, id, type, side, price, amount, cost]"
_ROW: Final = msgspec.json.Decoder(
    tuple[int, str | int | None, str | None, str | None, Decimal, Decimal, float | None]
)
_BLOCK: Final = 10_000  # rows


class Raw(NamedTuple):
    """A trade as a file has it."""

    place: Place
    at: int
    trade_id: object
    side: object
    price: object
    amount: object


def read_trades(path: str, symbol: Symbol, progress: Progress = unseen) -> Iterator[Trade]:
    """The trades of a file, oldest first. Raises a TapeError when its row is reached."""
    form = detect(path)
    if form in {Format.ARROW, Format.PARQUET}:
        rows = _of_table(open_table(path, form), progress)
    elif form in {Format.JSON, Format.GZIP}:
        rows = _of_json(path, progress)
    else:
        remedy = READ_HERE if form is Format.ZIP else "give trades in feather, Parquet or JSON"
        raise ForeignFile(Place(path), f"trades are not read from {form.value}", remedy)
    return _sound(path, rows, str(symbol))


def _of_json(path: str, progress: Progress) -> Iterator[Raw]:
    text = unpacked(path, progress)
    for number, raw in raw_rows(path, text):
        place = Place(path, row=number)
        try:
            at, name, _, side, price, amount, _ = _ROW.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise BrokenRow(place, f"the row {shown(raw)} is not {_FORM}", REPAIR) from error
        yield Raw(place, at, name, side, price, amount)


def _of_table(table: Table, progress: Progress) -> Iterator[Raw]:
    times = table.times(TIMES)
    prices, amounts = table.column(("price",)), table.column(AMOUNTS)
    has_side = any(name in _SIDES for name in table.names)
    sides = table.column(_SIDES if has_side else _MAKERS)
    side: Callable[[object], object] = _as_it_is if has_side else _of_maker
    ids = [name for name in table.names if name in _IDS][:1]
    for start in range(0, len(table), _BLOCK):
        part = table.frame.slice(start, _BLOCK)
        columns = [part[name].to_list() for name in (*ids, sides, prices, amounts)]
        named = columns[0] if ids else [None] * part.height
        rows = zip(times[start : start + _BLOCK].tolist(), named, *columns[-3:], strict=True)
        for index, (at, name, word, price, amount) in enumerate(rows, start):
            yield Raw(table.place(index), at, name, side(word), price, amount)
        progress(start + part.height, len(table))


def _as_it_is(word: object) -> object:
    return word


def _of_maker(word: object) -> object:
    """Whoever came to the book sold where the buyer was there before."""
    return {"true": "sell", "false": "buy", "1": "sell", "0": "buy"}.get(str(word).lower())


def _sound(path: str, rows: Iterator[Raw], symbol: str) -> Iterator[Trade]:
    before, met = 0, set[str]()  # ids at the time of the one before
    for raw in rows:
        place = raw.place
        at = time_after(place, raw.at, before)
        name = "" if raw.trade_id is None else str(raw.trade_id)
        if at != before:
            before = at
            met.clear()
        elif name and name in met:
            raise TimeDisorder(place, f"a second trade of id {quoted(name)}", "keep one of the two")
        met.add(name)
        price = positive(place, "price", raw.price)
        amount = positive(place, "amount", raw.amount)
        yield Trade(name, symbol, _side(place, raw.side), price, amount, Millis(at))
    if not before:
        raise EmptyTape(Place(path), "there is not one trade", "record it again")


def _side(place: Place, word: object) -> Side:
    if word == "buy":
        return "buy"
    if word == "sell":
        return "sell"
    problem = f"side {quoted(str(word))} is neither buy nor sell"
    raise BrokenRow(place, problem, REPAIR, column="side")
