"""Reads a table of others' once, in a process that may die of it. Run as a file, it needs polars.

    python trial.py arrow|parquet PATH

Prints one line of JSON: the names of the columns, the symbols where there is such a column, or what
is wrong. A table that is spoilt in the right place ends the process that decodes it, with pages of
words that are no error of ours; so this process goes first, and the one that asks comes after.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from pathlib import Path
from typing import Any

_ROOM = 4 << 30  # bytes of addresses, and so many times the size of the file besides
_TIMES = 32
_SHOWN = 200  # characters of a reason
_SYMBOLS = 6


def look(form: str, path: str) -> dict[str, Any]:
    """What is in the table."""
    import polars as pl  # noqa: PLC0415 - of the extra `data`

    content = Path(path).read_bytes()
    _limit(len(content))
    try:
        table = pl.read_ipc(content) if form == "arrow" else pl.read_parquet(content)
        names = [name.strip().lower() for name in table.columns]
        symbols: list[str] = []
        if names.count("symbol") == 1:
            found = table.to_series(names.index("symbol")).unique().head(_SYMBOLS).to_list()
            symbols = sorted(map(str, found))
        table.equals(table)  # touches every value
    except (OSError, ValueError, MemoryError, pl.exceptions.PolarsError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return {"unsound": reason[:_SHOWN]}
    return {"names": names, "symbols": symbols}


def _limit(size: int) -> None:
    with contextlib.suppress(ValueError, OSError):
        most = _ROOM + _TIMES * size
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(look(*sys.argv[1:])))
