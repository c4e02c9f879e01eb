"""A process that runs a scenario for a row of seeds, and says a line of JSON for each.

    python -m benthic.cli.scenario.worker NAME FIRST COUNT FOLDER TRIES WALL

A seed that takes longer than WALL s of the host is the last one: it gets its line, with the place
at which it was, and the process ends with a code of its own.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from ...scenarios.running.artefact import artefact_of, write_artefact
from ...scenarios.running.run import Options, Outcome, Sometimes, run_script
from ...scenarios.running.script import find_script
from ...scenarios.running.shrinking import MOST_TRIES, Shrunk, shrunk
from ..exits import PACKAGE
from ..interruption import ended_in_order
from .limit import limited

MODULE: Final = f"{PACKAGE}.cli.scenario.worker"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What one seed came to."""

    seed: int
    findings: tuple[str, ...]
    hash: str  # of turns, journals and bytes
    artefact: str
    figures: dict[str, float]
    fired: dict[str, int]
    sometimes: tuple[Sometimes, ...]
    converged: float | None
    is_in_order: bool
    is_wrong: bool  # the scenario asks for what cannot be


def line_of(outcome: Outcome, artefact: str = "") -> Line:
    """What is told of a run."""
    return Line(
        seed=outcome.options.seed,
        findings=tuple(map(str, outcome.findings)),
        hash=outcome.hash,
        artefact=artefact,
        figures={
            "virtual": outcome.virtual,
            "cpu": outcome.cpu,
            "turns": float(outcome.turns),
            "commits": float(outcome.commits),
            "requests": float(outcome.requests),
            "pushes": float(outcome.pushes),
            "fills": float(outcome.fills),
            "lives": float(outcome.lives),
        },
        fired=outcome.fired,
        sometimes=outcome.sometimes,
        converged=outcome.converged,
        is_in_order=outcome.is_in_order,
        is_wrong=is_wrong(outcome),
    )


def is_wrong(outcome: Outcome) -> bool:
    """Whether the scenario asks for what cannot be."""
    return not outcome.ok and outcome.findings[0].kind == "wrong"


def kept(name: str, outcome: Outcome, folder: Path, tries: int = MOST_TRIES) -> str:
    """Make a failed run smaller and keep it; the path of its artefact, or why there is none."""
    if is_wrong(outcome):
        return "none: the scenario is wrong"
    try:
        folder.mkdir(parents=True, exist_ok=True)  # before minutes are spent
        script, asked = find_script(name), sum(not each.is_muted for each in outcome.armed)
        made = shrunk(script, outcome, most=tries) if tries else Shrunk(outcome, asked, 0)
        return str(write_artefact(artefact_of(made), folder))
    except OSError as error:
        return f"none: {folder} cannot be written to ({error.strerror or error}); give --artefacts"


def lost(seed: int, words: str) -> Line:
    """What is told of a seed that came to no outcome."""
    return Line(
        seed=seed,
        findings=(words,),
        hash="",
        artefact="",
        figures={},
        fired={},
        sometimes=(),
        converged=None,
        is_in_order=False,
        is_wrong=False,
    )


def main(name: str, first: str, count: str, folder: str, tries: str, wall: str) -> None:
    """Run the seeds, one after the other."""
    script = find_script(name)
    answers, sys.stdout = sys.stdout, sys.stderr  # to which the script may print
    for seed in range(int(first), int(first) + int(count)):
        with limited(float(wall), script.file, partial(_last, seed)):
            outcome = run_script(script, Options(seed=seed))
        with limited(float(wall), script.file, partial(_as_it_is, outcome)):
            artefact = "" if outcome.ok else kept(name, outcome, Path(folder), int(tries))
        answers.write(_said(line_of(outcome, artefact)))
        answers.flush()


def _last(seed: int, words: str) -> str:
    return _said(lost(seed, words))


def _as_it_is(outcome: Outcome, _: str) -> str:
    """A failure that takes too long to be made smaller is told as it is."""
    return _said(line_of(outcome))


def _said(line: Line) -> str:
    return msgspec.json.encode(line).decode() + "\n"


if __name__ == "__main__":
    with ended_in_order():
        main(*sys.argv[1:])
