"""`benthic scenario run NAME --real`: one run of a script with real processes, and its exit code.

What failed is kept as a folder: store, bot file and logs. It is no run that can be replayed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from ...scenarios.process.running import run_for_real
from ...scenarios.running.run import Options, Outcome
from ...scenarios.running.script import Script
from ..exits import ExitCode
from ..output import console, print_json, table
from .telling import tell_timeline
from .worker import is_wrong


def run_really(script: Script, seed: int, artefacts: Path, *, json: bool) -> int:
    """Play it. Raises BadScenario where the script needs virtual time."""
    folder = Path(tempfile.mkdtemp(prefix="benthic-real-"))
    try:
        outcome = run_for_real(script, Options(seed=seed), folder)
        kept = _kept(outcome, folder, artefacts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if json:
        told: dict[str, Any] = msgspec.to_builtins(outcome)
        del told["timeline"]
        print_json({**told, "ok": outcome.ok, "artefact": kept})
    else:
        _tell(outcome, kept)
    if outcome.ok:
        return ExitCode.OK
    return ExitCode.CONFIGURATION if is_wrong(outcome) else ExitCode.DIFFERS


def _kept(outcome: Outcome, folder: Path, artefacts: Path) -> str:
    """Where what a failed run has left lies from now on; empty where nothing is kept."""
    if outcome.ok or is_wrong(outcome):
        return ""
    place = artefacts / f"{outcome.script}-{outcome.options.seed}-real"
    shutil.rmtree(place, ignore_errors=True)
    artefacts.mkdir(parents=True, exist_ok=True)
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("*.sock"))
    return str(place)


def _tell(outcome: Outcome, kept: str) -> None:
    if not outcome.ok and not is_wrong(outcome):
        tell_timeline(outcome.timeline)
    title = f"{outcome.script}, real processes, seed {outcome.options.seed}"
    drawn = table("", "", title=title, numbers=(1,))
    converged = outcome.converged
    struck = " ".join(f"{code}:{count}" for code, count in outcome.fired.items())
    rows = (
        ("wall time", f"{outcome.wall:,.1f} s"),
        ("requests", f"{outcome.requests:,}"),
        ("commits", f"{outcome.commits:,}"),
        ("fills", f"{outcome.fills:,}"),
        ("lives", f"{outcome.lives:,}"),
        ("in order again after", "-" if converged is None else f"{converged:,.1f} s"),
        ("faults that struck", struck or "none"),
    )
    for name, value in rows:
        drawn.add_row(name, value)
    console().print(drawn)
    lines = [f"{finding.kind}: {finding}" for finding in outcome.findings]
    if kept:
        lines.append(f"store and logs: {kept}")
    lines.append("every check held" if outcome.ok else "it failed")
    sys.stdout.write("\n".join(lines) + "\n")
