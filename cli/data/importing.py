"""`benthic data import`: files of others into the store. One that cannot be used stops no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from ...actors.exchange.archive import Asked, Found, survey
from ...actors.exchange.archive.read import read_candles, read_records
from ...actors.exchange.tape import TapeError
from ...runtime import Millis
from ...runtime.clock import LiveClock
from ...storage.marketdata import Added, MarketDataError, MarketStore, Prefer
from ..exits import ExitCode, code_of, describe, say
from ..output import console, grouped, print_json, table
from ..progress import progress
from .options import unit_of


@attrs.frozen
class Import:
    """What is to be imported, and how."""

    venue: str
    asked: Asked
    prefer: Prefer
    now: Millis


@attrs.frozen
class Refused:
    """A file of which nothing was added."""

    path: str
    error: TapeError | MarketDataError


def import_files(store: MarketStore, files: Sequence[str], how: Import, *, json: bool) -> int:
    """Import all files; the exit code of the first that was refused, or 0."""
    outcomes = [outcome for path in files for outcome in _import(store, path, how)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    added = [outcome for outcome in outcomes if not isinstance(outcome, Refused)]
    if json:
        print_json(_as_json(store, added, refused))
    else:
        _print(added)
        for each in refused:
            for line in describe(each.error):
                say(line)
    return code_of(refused[0].error) if refused else ExitCode.OK


def import_now(venue: str, asked: Asked, prefer: Prefer) -> Import:
    """An import by this machine's clock: nothing of later is taken."""
    return Import(venue, asked, prefer, LiveClock().now())


def _import(store: MarketStore, path: str, how: Import) -> Iterator[tuple[str, Added] | Refused]:
    try:
        for found in survey(path, venue=how.venue, asked=how.asked):
            yield path, _add(store, found, how)
    except (TapeError, MarketDataError) as error:
        yield Refused(path, error)


def _add(store: MarketStore, found: Found, how: Import) -> Added:
    with progress(f"importing {found.series}", unit_of(found.form)) as told:
        if not found.series.kind.is_candles:
            records = read_records(found, now=how.now, progress=told)
            return store.add_records(found.series, records, prefer=how.prefer)
        tape = read_candles(found, now=how.now, progress=told)
    with progress(f"storing {found.series}", "files") as told:
        return store.add_candles(found.series, tape, prefer=how.prefer, progress=told)


def _as_json(
    store: MarketStore, added: list[tuple[str, Added]], refused: list[Refused]
) -> dict[str, Any]:
    return {
        "store": str(store.root),
        "imported": [
            {
                "file": path,
                "venue": each.series.venue,
                "symbol": str(each.series.symbol),
                "series": each.series.name,
                "rows": each.rows,
                "added": each.added,
                "replaced": each.replaced,
                "known": each.known,
            }
            for path, each in added
        ],
        "refused": [
            {"file": each.path, "error": type(each.error).__name__, "words": str(each.error)}
            for each in refused
        ],
    }


def _print(added: list[tuple[str, Added]]) -> None:
    if not added:
        return
    columns = ("file", "series", "rows", "added", "replaced", "known")
    drawn = table(*columns, numbers=(2, 3, 4, 5))
    for path, each in added:
        counts = (each.rows, each.added, each.replaced, each.known)
        drawn.add_row(path, str(each.series), *map(grouped, counts))
    console().print(drawn)
