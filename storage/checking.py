"""Looking at a whole store without trusting it: both sides of `benthic check`.

The file is inspected in a child process, see `verification`; then another child adds everything up,
since what an inspection has missed may still end the process that reads it. The parent opens
nothing: it says what the children found, or the signal that one of them died of.
"""

from __future__ import annotations

import sys
from pathlib import Path

import attrs
import msgspec

from ..runtime.errors import BenthicError
from .audit import audit_money, audit_tables
from .environment import open_to_read
from .errors import StoreBusy, StoreDamaged, StoreForbidden
from .folder import require_local, take, writer_of
from .inspection import LOCK_FILE, Findings
from .migrations import check_current
from .opening import inspected
from .tables import Tables, folded_place, read_accounts
from .verification import ask_child, inspect_in_child


class Fault(msgspec.Struct, frozen=True):
    """Something that does not add up; code of the fault catalogue, such as P3."""

    code: str
    account: str
    detail: str


class Sum(msgspec.Struct, frozen=True):
    """What a store that could be read comes to. Printed by the child as one line of JSON."""

    accounts: tuple[str, ...] = ()
    folded: int = 0  # commits that are kept no more
    faults: tuple[Fault, ...] = ()
    unreadable: str = ""  # what ended the sum before it was done


@attrs.frozen
class Checked:
    """What a check found."""

    found: Findings
    sum: Sum

    @property
    def ok(self) -> bool:
        """Whether everything adds up."""
        return not self.sum.faults


def check_store(path: Path) -> Checked:
    """Look at the whole store, beside its bot or after its death. Raises StoreUnusable."""
    require_local(path)
    found = _inspected(path)
    check_current(path, found)
    said = ask_child(path, ["-P", "-m", __name__, str(path)])
    told = msgspec.json.decode(said, type=Sum)
    if told.unreadable:
        raise StoreDamaged(path, damage=told.unreadable)
    return Checked(found, told)


def _inspected(path: Path) -> Findings:
    """As thoroughly as is possible: whoever has the lock may walk over the raw pages, too.

    Where there is no lock of ours, it may be a foreign folder: none is put there.
    """
    if not (path / LOCK_FILE).exists() or writer_of(path) is not None:
        return inspected(path, inspect_in_child, "running")
    try:
        lock = take(path)
    except (StoreBusy, StoreForbidden):
        return inspected(path, inspect_in_child, "running")
    try:
        return inspected(path, inspect_in_child, "resting")
    finally:
        lock.release()


def sum_up(path: Path) -> Sum:
    """Add everything up in this process, which a damaged store may end."""
    try:
        with open_to_read(path) as environment:
            tables = Tables(environment.tables)
            return environment.read(
                lambda txn: Sum(
                    tuple(read_accounts(txn, tables)),
                    folded_place(txn, tables),
                    tuple(
                        Fault(found.code, found.account, found.detail)
                        for found in (*audit_tables(txn, tables), *audit_money(txn, tables))
                    ),
                )
            )
    except (BenthicError, msgspec.DecodeError, ArithmeticError, ValueError, LookupError) as error:
        return Sum(unreadable=f"{type(error).__name__}: {error}")


def main(path: str) -> None:
    """Print the sum."""
    sys.stdout.buffer.write(msgspec.json.encode(sum_up(Path(path))) + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
