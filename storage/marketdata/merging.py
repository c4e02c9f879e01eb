"""What comes of a file of the store when records are added: pure, on tables.

A record that is there already adds nothing. One that says something else of the same time, trade
or update is a disagreement; who adds says which of the two holds.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

import attrs

from ...actors.exchange.archive.series import Kind
from ...runtime import Millis
from .rows import Table, keys, library, to_ids

_KEY: Final = "_key"
_NTH: Final = "_nth"  # of rows with one key: quotes and trades without an id may repeat
_ROW: Final = "_row"
_NEW: Final = "_new"


class Prefer(Enum):
    """Which of two records that disagree holds."""

    NEITHER = "neither"  # refuse to add
    OLD = "old"
    NEW = "new"


@attrs.frozen
class Difference:
    """Records that disagree."""

    count: int
    at: Millis  # of the first
    old: str
    new: str


@attrs.frozen
class Merged:
    """A file of the store as it would be."""

    table: Table
    added: int
    replaced: int
    difference: Difference | None  # None: nothing disagrees

    @property
    def is_changed(self) -> bool:
        """Whether the file would be another one than it was."""
        return bool(self.added or self.replaced)


def merge(kind: Kind, old: Table, new: Table, prefer: Prefer) -> Merged:
    """The table of what is there and what is new, in order of time."""
    pl = library()
    names = old.columns
    numbered = old.with_row_index(_ROW)
    (name,) = keys(kind)
    shared = new.select(name.alias(_KEY))[_KEY].unique()
    near = numbered.filter(name.is_in(shared.implode()))  # the rest is no matter of what is new
    before, after = _keyed(kind, near), _keyed(kind, new)
    key = [_KEY, _NTH]
    both = before.join(after, on=key, how="inner", suffix=_NEW, maintain_order="left")
    values = [pl.col(name).ne_missing(pl.col(name + _NEW)) for name in names]
    differing = both.filter(pl.any_horizontal(values))
    difference = _difference(differing, names) if differing.height else None
    added = after.join(before, on=key, how="anti", maintain_order="left")
    parts = [old, added]
    replaced = 0
    if prefer is Prefer.NEW and differing.height:
        replaced = differing.height
        kept = numbered.join(differing, on=_ROW, how="anti", maintain_order="left")
        parts = [kept, after.join(differing.select(key), on=key, how="semi"), added]
    table = _in_order(kind, pl.concat([part.select(names) for part in parts]))
    return Merged(table, added.height, replaced, difference)


def _in_order(kind: Kind, table: Table) -> Table:
    """By time; trades of one time by their ids, if these are numbers, and else as they came."""
    if kind is Kind.TRADES:
        ids = to_ids(table)
        if ids is not None:
            ordered = table.with_columns(library().Series(_NTH, ids)).sort("at", _NTH)
            return ordered.drop(_NTH)
    return table.sort("at", maintain_order=True)


def _keyed(kind: Kind, table: Table) -> Any:
    pl = library()
    (key,) = keys(kind)
    named = table.with_columns(key.alias(_KEY))
    return named.with_columns(pl.int_range(pl.len()).over(_KEY).alias(_NTH))


def _difference(differing: Table, names: list[str]) -> Difference:
    first = differing.sort("at").row(0, named=True)
    old, new = ({name: first[name + end] for name in names} for end in ("", _NEW))
    apart = [name for name in names if old[name] != new[name]]
    told = (", ".join(f"{name} {row[name]}" for name in apart)[:120] for row in (old, new))
    return Difference(differing.height, Millis(first["at"]), *told)
