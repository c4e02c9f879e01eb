"""`benthic export`: orders, trades, ledger and history of a store, as CSV or JSON lines.

A file appears whole or not at all, in the place of one of its name. Rows are written as they come,
so a store of any size passes through.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated, Final, Literal, get_args

import attrs
import msgspec
from cyclopts import Parameter

from ..runtime import UsageError
from ..storage.exporting import COLUMNS, Kind, Row, Tell, export_store
from .exits import ExitCode, say
from .output import print_json
from .places import a_path
from .stores import asking_for_a_store, require_store

Format = Literal["csv", "jsonl"]

_PART: Final = ".part"  # at the end of a file's name until it is whole
_NESTED: Final = frozenset({"plan", "wish"})  # columns that hold JSON


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Files:
    """Where to write what."""

    orders: Annotated[
        Path | None, Parameter(help="All orders, as they are now.", converter=a_path)
    ] = None
    trades: Annotated[Path | None, Parameter(help="All trades of ours.", converter=a_path)] = None
    ledger: Annotated[
        Path | None, Parameter(help="All entries of the ledger.", converter=a_path)
    ] = None
    history: Annotated[
        Path | None, Parameter(help="What became of orders, step by step.", converter=a_path)
    ] = None
    to: Annotated[
        Path | None,
        Parameter(help="A folder for all four, with files of these names.", converter=a_path),
    ] = None

    def named(self, form: Format) -> dict[Kind, Path]:
        """The files by what goes into them. Raises UsageError where none is named, or one twice."""
        kinds: tuple[Kind, ...] = get_args(Kind)
        found: dict[Kind, Path] = {}
        for kind in kinds:
            path: Path | None = getattr(self, kind)
            if path is None and self.to is not None:
                path = self.to / f"{kind}.{form}"
            if path is not None:
                found[kind] = path
        if not found:
            raise UsageError("nothing to write: name a folder with --to, or a file, as --orders")
        twice = {path for path in found.values() if [*found.values()].count(path) > 1}
        if twice:
            raise UsageError(f"{min(twice)} is to hold two things; name a file for each")
        return found


NO_FILES: Final = Files()


def command(
    store: Annotated[Path, Parameter(help="The folder of the store.", converter=a_path)],
    /,
    *,
    files: Files = NO_FILES,
    format: Annotated[  # noqa: A002 - it is the name of the option
        Format, Parameter(help="Comma separated values, or one JSON object a line.")
    ] = "csv",
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
) -> int:
    """Write orders, trades, ledger and history of a store to files."""
    asked = files.named(format)
    _require_outside(store, asked)
    counts = dict.fromkeys(asked, 0)
    with asking_for_a_store(store):
        require_store(store)
        with ExitStack() as opened:
            if files.to is not None:
                files.to.mkdir(parents=True, exist_ok=True)
            tell: dict[Kind, Tell] = {
                kind: opened.enter_context(_writing(path, kind, format, counts))
                for kind, path in asked.items()
            }
            folded = export_store(store, tell)
    _tell(asked, counts, folded, json=json)
    return ExitCode.OK


def _tell(
    asked: Mapping[Kind, Path], counts: Mapping[Kind, int], folded: int, *, json: bool
) -> None:
    if json:
        told = {kind: {"path": str(path), "rows": counts[kind]} for kind, path in asked.items()}
        print_json({"files": told, "folded": folded})
        return
    for kind, path in asked.items():
        sys.stdout.write(f"{path}: {counts[kind]:,} rows of {kind}\n")
    if folded and asked.keys() - {"orders"}:
        say(f"{folded:,} commits were folded away, and what they brought is told by orders alone")


def _require_outside(store: Path, asked: Mapping[Kind, Path]) -> None:
    """Raise UsageError where a file of the store itself would be written over."""
    for path in asked.values():
        if store.resolve() in path.resolve().parents:
            raise UsageError(f"{path} lies in the store; name a file somewhere else")
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name a file, or this folder with --to")


@contextmanager
def _writing(path: Path, kind: Kind, form: Format, counts: dict[Kind, int]) -> Iterator[Tell]:
    """Writes rows to a file that is there once all are. Raises OSError, which names the file."""
    part = path.with_name(path.name + _PART)
    with _naming(path):
        file = part.open("w", encoding="utf-8", newline="")
    try:
        write = _csv(file, kind) if form == "csv" else _jsonl(file, kind)

        def tell(row: Row) -> None:
            counts[kind] += 1
            with _naming(path):
                write(row)

        yield tell
        with _naming(path):
            file.flush()
            os.fsync(file.fileno())
            file.close()
            part.replace(path)
    finally:
        with suppress(OSError):  # what cannot be written is told already
            file.close()
        part.unlink(missing_ok=True)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _csv(file: IO[str], kind: Kind) -> Tell:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS[kind])
    return writer.writerow


def _jsonl(file: IO[str], kind: Kind) -> Tell:
    columns, encode = COLUMNS[kind], msgspec.json.Encoder().encode

    def write(row: Row) -> None:
        fields = dict[str, object](zip(columns, row, strict=True))
        for name in sorted(_NESTED & fields.keys()):
            text = fields[name]
            if isinstance(text, str):
                fields[name] = msgspec.Raw(text.encode())
        file.write(encode(fields).decode() + "\n")

    return write
