"""How far long work has come: done, total, rate and estimate.

A bar on a terminal, a line now and then where there is none; always on standard error, so that
what is piped stays clean.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Final, TypeAlias

from .output import console

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

Report: TypeAlias = Callable[[int, int], None]
"""Told what is done and the total, in units of the work."""

QUIET: Final = 10.0  # s between two lines where there is no terminal
_LEAST: Final = 0.1  # s between two looks at the bar


@contextmanager
def progress(words: str, unit: str) -> Iterator[Report]:
    """Show what the block reports until it ends."""
    shown = _bar if sys.stderr.isatty() else _lines
    with shown(words, unit) as report:
        yield report


@contextmanager
def _bar(words: str, unit: str) -> Iterator[Report]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns: tuple[ProgressColumn, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} " + unit),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    began = perf_counter()
    with Progress(*columns, console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task(words, total=1, rate="")
        shown_at = 0.0

        def report(done: int, total: int) -> None:
            nonlocal shown_at
            now = perf_counter()
            if now - shown_at < _LEAST and done < total:
                return
            shown_at = now
            rate = f"{done / max(now - began, 1e-9):,.0f} {unit}/s"
            bar.update(task, completed=done, total=max(total, 1), rate=rate)

        yield report


@contextmanager
def _lines(words: str, unit: str) -> Iterator[Report]:
    began = perf_counter()
    said_at = began

    def report(done: int, total: int) -> None:
        nonlocal said_at
        now = perf_counter()
        if now - said_at < QUIET:
            return
        said_at = now
        rate = done / (now - began)
        left = f"{(total - done) / rate:,.0f} s left" if rate else "no estimate yet"
        sys.stderr.write(f"{words}: {done:,}/{total:,} {unit}, {rate:,.1f}/s, {left}\n")

    yield report
