"""What commands print: tables for people, JSON for scripts, and nothing else on standard output.

Progress and words on the side go to standard error. Rich is imported where a table is drawn, so
that a command with `--json` does without it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn

from .streams import can_print

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


WIDTH: Final = 120  # columns of what is not a terminal


def print_json(value: Mapping[str, Any]) -> None:
    """Print one object on a line of its own; decimals become text, digit for digit."""
    text = json.dumps(value, default=_plain, ensure_ascii=False)
    if not can_print(text):
        text = json.dumps(value, default=_plain)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON form")


def console(stream: IO[str] | None = None) -> Console:
    """A console that raises BrokenPipeError where its reader has gone, as `write` does.

    Where nothing tells how wide the reader is, it is as wide as a table is comfortable.
    """
    from rich.console import Console

    class Terminal(Console):
        def on_broken_pipe(self) -> NoReturn:
            raise BrokenPipeError

    file = sys.stdout if stream is None else stream
    width = None if file.isatty() or "COLUMNS" in os.environ else WIDTH
    return Terminal(file=file, highlight=False, soft_wrap=False, width=width)


def table(*columns: str, title: str | None = None, numbers: Iterable[int] = ()) -> Table:
    """An empty table; the columns with these indices hold numbers."""
    from rich import box
    from rich.table import Table

    right = frozenset(numbers)
    drawn = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        drawn.add_column(column, justify="right" if index in right else "left", overflow="fold")
    return drawn


def grouped(number: Decimal | float, places: int | None = None) -> str:
    """A number for people, with thousands apart.

    places: digits after the point; all there are where None.

    >>> grouped(Decimal("24981922.70500"), 2), grouped(3620), grouped(Decimal("0.10"))
    ('24,981,922.70', '3,620', '0.10')
    """
    if isinstance(number, Decimal):
        if places is not None:  # said here: what a format rounds by, any import may have changed
            number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        return f"{number:,f}"
    return f"{number:,}" if places is None else f"{number:,.{places}f}"


def percent(fraction: float | None) -> str:
    """A share as people write it; a dash where there is none.

    >>> percent(0.125), percent(None)
    ('12.50 %', '-')
    """
    return "-" if fraction is None else f"{100 * fraction:,.2f} %"
