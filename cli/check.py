"""`benthic check`: whether a store is whole and adds up, and rebuilding what does not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import Parameter

from ..storage.checking import Checked, check_store
from ..storage.errors import StoreDamaged
from ..storage.repair import Repaired, repair_store
from .exits import ExitCode, say
from .output import print_json
from .places import a_path
from .stores import asking_for_a_store, require_store

SHOWN: Final = 20  # violations that people are shown


def command(
    store: Annotated[Path, Parameter(help="The folder of the store.", converter=a_path)],
    /,
    *,
    repair: Annotated[
        bool,
        Parameter(help="Rebuild from the journal what is not as it says; a copy is kept aside."),
    ] = False,
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
) -> int:
    """Look whether a store is whole and adds up."""
    with asking_for_a_store(store):
        require_store(store)
        repaired = _repair(store) if repair else None
        checked = check_store(store)
    if json:
        print_json(_as_json(store, checked, repaired))
    else:
        _tell(store, checked, repaired)
    return ExitCode.OK if checked.ok else ExitCode.DIFFERS


def _repair(store: Path) -> Repaired | None:
    """What was rebuilt; None where nothing had to be."""
    try:
        if check_store(store).ok:
            return None
    except StoreDamaged as error:
        say(str(error))
    return repair_store(store)


def _as_json(store: Path, checked: Checked, repaired: Repaired | None) -> dict[str, Any]:
    return {
        "store": str(store),
        "ok": checked.ok,
        "layout": checked.found.layout,
        "records": checked.found.records,
        "accounts": list(checked.sum.accounts),
        "folded": checked.sum.folded,
        "violations": msgspec.to_builtins(checked.sum.faults),
        "repaired": None if repaired is None else _as_words(repaired),
    }


def _as_words(repaired: Repaired) -> dict[str, Any]:
    return {"copy": str(repaired.copy), "commits": repaired.commits, "lost": list(repaired.lost)}


def _tell(store: Path, checked: Checked, repaired: Repaired | None) -> None:
    lines: list[str] = []
    if repaired is not None:
        lines.append(f"{store}: rebuilt from {repaired.commits:,} commits; before: {repaired.copy}")
        lines += (f"not rebuilt: {what}" for what in repaired.lost)
    records = ", ".join(f"{count:,} {name}" for name, count in checked.found.records.items())
    folded = f", {checked.sum.folded:,} commits folded away" if checked.sum.folded else ""
    lines.append(f"{store}: whole, layout {checked.found.layout}: {records}{folded}")
    faults = checked.sum.faults
    for fault in faults[:SHOWN]:
        where = f" account {fault.account}:" if fault.account else ""
        lines.append(f"violation {fault.code}:{where} {fault.detail}")
    if len(faults) > SHOWN:
        lines.append(f"and {len(faults) - SHOWN:,} more")
    if faults:
        lines.append(
            f"{len(faults):,} violations: try `benthic check {store} --repair` if they are of "
            "tables, and compare open orders and balances with the venue"
        )
    else:
        lines.append("everything adds up")
    sys.stdout.write("\n".join(lines) + "\n")
