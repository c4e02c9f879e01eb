"""Writes candles and trades as files that others read: CSV, feather, Parquet, JSON and gzip.

The layouts are those that `exchange.tape` and `exchange.archive` read, freqtrade's where it has
one. A file appears whole or not at all, and never in the place of another.
"""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec

from ...actors.exchange.tape import Tape
from ...actors.exchange.tape.extra import polars
from ...actors.market.money import plain
from ...actors.market.trade import Trade
from ...runtime import UsageError

_CANDLES: Final = ("open", "high", "low", "close", "volume")
_TRADES: Final = ("timestamp", "id", "type", "side", "price", "amount", "cost")


class UnwritableFormat(UsageError):
    """No file of this name can hold what is to be written."""

    def __init__(self, path: Path, known: Iterable[str]) -> None:
        super().__init__(f"{path}: what ends so is not written; end it in {', '.join(known)}")
        self.path = path


class PlaceTaken(UsageError):
    """There is a file of that name already; nothing is written over it."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: there is such a file already; name another or remove it")
        self.path = path


def write_candles(path: Path, tape: Tape) -> None:
    """Write candles; how the name ends says as what. Raises UnwritableFormat or PlaceTaken."""
    _write(path, _bytes_of(path, _CANDLE_WRITERS)(tape))


def write_trades(path: Path, trades: Iterable[Trade]) -> None:
    """Write trades; how the name ends says as what. Raises UnwritableFormat or PlaceTaken."""
    _write(path, _bytes_of(path, _TRADE_WRITERS)(trades))


def _bytes_of(path: Path, writers: Mapping[str, Callable[[Any], bytes]]) -> Callable[[Any], bytes]:
    for ending, writer in writers.items():
        if path.name.endswith(ending):
            if path.exists():
                raise PlaceTaken(path)
            return writer
    raise UnwritableFormat(path, writers)


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        if error.filename is None:  # a full disk names no file
            error.filename = str(path)
        raise


def _rows(tape: Tape) -> Iterable[tuple[float, ...]]:
    return zip(*(column.tolist() for column in tape.columns), strict=True)


def _csv(tape: Tape) -> bytes:
    text = io.StringIO()
    text.write(",".join(("timestamp", *_CANDLES)) + "\n")
    text.writelines(",".join(map(repr, row)) + "\n" for row in _rows(tape))
    return text.getvalue().encode("ascii")


def _json(tape: Tape) -> bytes:
    return msgspec.json.encode(list(_rows(tape)))


def _table(tape: Tape) -> Any:
    pl = polars("a table")
    times = pl.Series("date", tape.open_times).cast(pl.Datetime("ms", "UTC"))
    columns = dict(zip(_CANDLES, tape.columns[1:], strict=True))
    return pl.DataFrame([times]).with_columns(**{k: pl.Series(v) for k, v in columns.items()})


def _feather(table: Any) -> bytes:
    buffer = io.BytesIO()
    table.write_ipc(buffer, compression="lz4")
    return buffer.getvalue()


def _parquet(table: Any) -> bytes:
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def _trade_rows(trades: Iterable[Trade]) -> list[tuple[object, ...]]:
    return [
        (each.at, each.trade_id, None, each.side, each.price, each.amount, None) for each in trades
    ]


def _trade_json(trades: Iterable[Trade]) -> bytes:
    return msgspec.json.Encoder(decimal_format="number").encode(_trade_rows(trades))


def _trade_table(trades: Iterable[Trade]) -> Any:
    rows = [
        (at, name, kind, side, plain(price), plain(amount), cost)  # type: ignore[arg-type]
        for at, name, kind, side, price, amount, cost in _trade_rows(trades)
    ]
    pl = polars("a table")
    text = pl.String
    kinds = (pl.Int64, text, text, text, text, text, pl.Float64)
    return pl.DataFrame(rows, schema=dict(zip(_TRADES, kinds, strict=True)), orient="row")


_CANDLE_WRITERS: Final[Mapping[str, Callable[[Any], bytes]]] = MappingProxyType(
    {
        ".csv": _csv,
        ".feather": lambda tape: _feather(_table(tape)),
        ".parquet": lambda tape: _parquet(_table(tape)),
        ".json": _json,
        ".json.gz": lambda tape: gzip.compress(_json(tape), mtime=0),
    }
)
_TRADE_WRITERS: Final[Mapping[str, Callable[[Any], bytes]]] = MappingProxyType(
    {
        ".feather": lambda trades: _feather(_trade_table(trades)),
        ".parquet": lambda trades: _parquet(_trade_table(trades)),
        ".json": _trade_json,
        ".json.gz": lambda trades: gzip.compress(_trade_json(trades), mtime=0),
    }
)
