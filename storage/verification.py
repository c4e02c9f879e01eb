"""Has the store been looked at before it is opened? The parent's side of `inspection`.

A store that ends the process which reads it must end a child's. What the child says, or the signal
that it died of, becomes one error with the path and what to do.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from . import inspection
from .errors import (
    StoreDamaged,
    StoreForbidden,
    StoreForeign,
    StoreMisplaced,
    StoreMissing,
    StoreUnusable,
)
from .inspection import Findings, State, Unsound

Inspector = Callable[[Path, State], Findings]
"""Looks at a whole store, and raises StoreUnusable where it is none."""

PATIENCE: Final = 600  # s; 10 GB from a slow disk


class _Reported(msgspec.Struct):
    """The one line that the child prints."""

    kind: str = ""
    layout: int = 0
    records: dict[str, int] = {}
    size: int = 0
    txn: int = 0
    unsound: str = ""
    detail: str = ""


def inspect_in_child(path: Path, state: State) -> Findings:
    """Look at the store in a process of its own. Raises StoreUnusable."""
    said = ask_child(path, ["-I", inspection.__file__, str(path), state])
    found = msgspec.json.decode(said, type=_Reported)
    if found.unsound:
        raise unusable(path, Unsound(found.unsound, found.detail))
    return Findings(found.kind, found.layout, found.records, found.size, found.txn)


def ask_child(path: Path, arguments: Sequence[str]) -> bytes:
    """What a Python that looks at the store at `path` prints. Raises StoreDamaged where it dies."""
    try:
        child = subprocess.run(  # noqa: S603 - this interpreter and a file of ours
            [sys.executable, *arguments], capture_output=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        damage = f"looking at it took more than {PATIENCE} s"
        raise StoreDamaged(path, damage=damage) from error
    if child.returncode < 0:
        name = signal.Signals(-child.returncode).name
        raise StoreDamaged(path, damage=f"the process that looked at it died of {name}")
    if child.returncode > 0:
        last = child.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise StoreDamaged(path, damage=f"it cannot be read ({last})")
    return child.stdout


def inspect_here(path: Path, state: State) -> Findings:
    """Look at the store in this process, which a damaged one may end. Raises StoreUnusable."""
    try:
        return inspection.inspect(path, state)
    except Unsound as unsound:
        raise unusable(path, unsound) from unsound


def unusable(path: Path, unsound: Unsound) -> StoreUnusable:
    """The error that says what was found."""
    match unsound.kind:
        case "missing":
            return StoreMissing(path)
        case "foreign":
            return StoreForeign(path, found=unsound.detail)
        case "forbidden":
            return StoreForbidden(path, reason=unsound.detail)
        case "unreadable":
            return StoreMisplaced(path, reason=unsound.detail)
        case _:
            return StoreDamaged(path, damage=unsound.detail)
