"""The commands of `benthic scenario`; each ends with a documented exit code."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import attrs
import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number

from ...benchmarks.chunks import Report
from ...runtime import UsageError
from ...scenarios.errors import ArtefactUnusable
from ...scenarios.invariants import INVARIANTS, NOT_YET
from ...scenarios.running.artefact import comes_to_the_same, read_artefact
from ...scenarios.running.catalog import FAULTS, claims
from ...scenarios.running.run import Options, Outcome, run_script
from ...scenarios.running.script import find_script, library_names, told_of
from ..exits import ExitCode
from ..interruption import ended_in_order
from ..output import console, print_json
from ..places import a_path, a_whole_number
from ..progress import progress
from .limit import WALL, limited
from .really import run_really
from .sweeping import Sweep, covered, fired, is_any_wrong, run_seeds, unseen
from .telling import (
    tell_artefact,
    tell_faults,
    tell_invariants,
    tell_library,
    tell_list,
    tell_run,
    tell_sweep,
)
from .whole import ALL, SEEDS, counts, holds, rows, run_library, seen, swept_names
from .worker import is_wrong, kept

MOST: Final = 2**32
MOST_SEEDS: Final = 10_000_000
LONGEST_WALL: Final = 31_536_000.0  # s
APath = Annotated[Path, Parameter(converter=a_path)]
ARTEFACTS: Final = Path("scenario-artefacts")

command: Final = App(
    name="scenario", help="Break whole bots on purpose, in virtual time, and look what holds."
)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Choice:
    """Which seeds, and what becomes of a failure."""

    seed: Annotated[
        int | None,
        Parameter(
            help="The one seed to run (0).",
            validator=Number(gte=0, lt=MOST),
            converter=a_whole_number,
        ),
    ] = None
    seeds: Annotated[
        int | None,
        Parameter(
            help="So many seeds, in processes.",
            validator=Number(gte=1, lte=MOST_SEEDS),
            converter=a_whole_number,
        ),
    ] = None
    first: Annotated[
        int,
        Parameter(
            help="The first of many seeds.",
            validator=Number(gte=0, lte=MOST - MOST_SEEDS),
            converter=a_whole_number,
        ),
    ] = 0
    jobs: Annotated[
        int,
        Parameter(
            help="Processes at a time.",
            validator=Number(gte=1, lte=1_024),
            converter=a_whole_number,
        ),
    ] = 2
    resume: Annotated[
        APath | None, Parameter(help="Keep what is done in this file, and go on from it.")
    ] = None
    twice: Annotated[
        bool, Parameter(help="Run each seed in two processes, which must come to the same.")
    ] = False
    real: Annotated[
        bool, Parameter(help="Play it with a real `benthic run` on loopback, in real time.")
    ] = False
    artefacts: Annotated[APath, Parameter(help="Where failed runs are kept.")] = ARTEFACTS
    tries: Annotated[
        int,
        Parameter(
            help="Runs that may be spent to make a failure smaller.",
            validator=Number(gte=0),
            converter=a_whole_number,
        ),
    ] = 40
    wall: Annotated[
        float,
        Parameter(
            help="Seconds of the host's time that a seed may take.",
            validator=Number(gt=0, lte=LONGEST_WALL),
        ),
    ] = WALL
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False


USUAL: Final = Choice()


@command.command(name="list")
def list_(
    *,
    invariants: Annotated[bool, Parameter(help="List what is checked instead.")] = False,
    faults: Annotated[
        bool, Parameter(help="List all faults instead, and which scenarios claim them.")
    ] = False,
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
) -> int:
    """List the scenarios that come along, with the faults that they cover."""
    if invariants and faults:
        raise UsageError("--invariants and --faults exclude each other; keep one")
    scripts = [(name, *told_of(name)) for name in library_names()]
    if json:
        print_json(_listed(scripts))
    elif faults:
        tell_faults()
    elif invariants:
        tell_invariants()
    else:
        tell_list(scripts)
    return ExitCode.OK


@command.command
def run(name: str, /, *, choice: Choice = USUAL) -> int:
    """Run a scenario of the library, one in a .py or .toml file, or "all": the whole library."""
    if name == ALL:
        return _run_all(choice)
    script = find_script(name)
    if choice.real:
        return run_really(script, choice.seed or 0, _of_one(choice), json=choice.json)
    if choice.seeds is None:
        if choice.resume is not None or choice.twice:
            raise UsageError("--resume and --twice are for many seeds; give --seeds as well")
        return _run_one(name, choice)
    if choice.seed is not None:
        raise UsageError("--seed is one seed and --seeds are many; give one of them, or --first")
    chosen = Sweep(
        name=name,
        first=choice.first,
        folder=choice.artefacts,
        tries=choice.tries,
        times=1 + choice.twice,
        wall=choice.wall,
    )
    with ended_in_order(), progress(f"scenario {script.name}", "seeds") as watch:
        report = run_seeds(
            chosen, choice.seeds, jobs=choice.jobs, resume=choice.resume, watch=watch
        )
    if choice.json:
        print_json(_told(report, script.faults))
    else:
        tell_sweep(report, script.faults)
    if is_any_wrong(report):
        return ExitCode.CONFIGURATION
    return ExitCode.OK if report.ok and not unseen(report) else ExitCode.DIFFERS


@command.command
def replay(
    artefact: APath,
    /,
    *,
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
) -> int:
    """Run what an artefact holds again: the same seed, options and faults."""
    known = read_artefact(artefact)
    name = known.script if known.script in library_names() else known.file
    if name == known.file and not Path(name).exists():
        raise ArtefactUnusable(str(artefact), f"is of {name}, which is not there")
    with ended_in_order(), redirect_stdout(sys.stderr if json else sys.stdout):
        outcome = run_script(find_script(name), known.options)
    is_same = comes_to_the_same(known, outcome)
    if json:
        print_json({**_plain(outcome), "same_run": is_same})
    else:
        tell_run(outcome, "")
        console().print("the same run, bit for bit" if is_same else "another run than was kept")
    return _code(outcome)


@command.command
def show(
    artefact: APath,
    /,
    *,
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
) -> int:
    """Show a failed run: what was found, which faults suffice, and what happened when."""
    known = read_artefact(artefact)
    if json:
        print_json(msgspec.to_builtins(known))
    else:
        tell_artefact(known)
    return ExitCode.OK


def _of_one(choice: Choice) -> Path:
    """Where a run with real processes is kept. Raises UsageError where more than one is wanted."""
    if choice.seeds is not None or choice.resume is not None or choice.twice:
        raise UsageError("--real plays one seed, once; leave out --seeds, --resume and --twice")
    return choice.artefacts


def _listed(scripts: list[tuple[str, str, tuple[str, ...]]]) -> dict[str, Any]:
    claimed = claims()
    return {
        "scenarios": [
            {"name": name, "story": story, "faults": list(codes)} for name, story, codes in scripts
        ],
        "invariants": {each.code: each.words for each in INVARIANTS},
        "not_yet": dict(NOT_YET),
        "faults": {
            each.code: {
                "words": each.words,
                "verb": each.verb or None,
                "not_here": each.not_here or None,
                "scenarios": list(claimed[each.code]),
            }
            for each in FAULTS
        },
    }


def _run_all(choice: Choice) -> int:
    """The whole library, and whether every fault that can be fired has been seen."""
    if choice.seed is not None or choice.twice or choice.real:
        raise UsageError(
            "all: --seed, --twice and --real are for one scenario; give --seeds and --first"
        )
    chosen = Sweep(
        name="",
        first=choice.first,
        folder=choice.artefacts,
        tries=choice.tries,
        wall=choice.wall,
    )
    names, seeds = swept_names(), choice.seeds or SEEDS
    with ended_in_order(), progress(f"{len(names)} scenarios", "seeds") as watch:
        report = run_library(
            chosen, names, seeds, jobs=choice.jobs, resume=choice.resume, watch=watch
        )
    if choice.json:
        print_json(_told_of_all(report))
    else:
        tell_library(report)
    return ExitCode.OK if holds(report) else ExitCode.DIFFERS


def _told_of_all(report: Report) -> dict[str, Any]:
    found = seen(report)
    wire, runtime = counts(found)
    return {
        "sweep": report.sweep,
        "seeds": report.trials,
        "violations": list(report.violations),
        "scenarios": {
            row.name: {
                "seeds": row.seeds,
                "failed": row.failed,
                "cpu_a_seed": row.cost,
                "never_fired": list(row.unfired),
            }
            for row in rows(report)
        },
        "faults": {
            each.fault.code: {**attrs.asdict(each.coverage), "verdict": each.verdict}
            for each in found
        },
        "missing": [each.fault.code for each in found if each.is_missing],
        "seen_on_the_wire": wire,
        "seen_of_runtime_and_host": runtime,
        "seconds": report.seconds,
        "ok": holds(report),
    }


def _run_one(name: str, choice: Choice) -> int:
    script = find_script(name)
    last = partial(_too_slow, is_json=choice.json)
    with ended_in_order(), redirect_stdout(sys.stderr if choice.json else sys.stdout):
        with limited(choice.wall, script.file, last, code=ExitCode.DIFFERS):
            outcome = run_script(script, Options(seed=choice.seed or 0))
        is_kept = not outcome.ok and not is_wrong(outcome)
        artefact = kept(name, outcome, choice.artefacts, choice.tries) if is_kept else ""
    if choice.json:
        print_json({**_plain(outcome), "artefact": artefact})
    else:
        tell_run(outcome, artefact)
    return _code(outcome)


def _too_slow(words: str, *, is_json: bool) -> str:
    """What is said last of a run that the host's clock has ended."""
    if not is_json:
        return f"hung: {words}\nit failed\n"
    finding = {"kind": "hung", "words": words}
    return msgspec.json.encode({"findings": [finding], "ok": False}).decode() + "\n"


def _code(outcome: Outcome) -> int:
    if outcome.ok:
        return ExitCode.OK
    return ExitCode.CONFIGURATION if is_wrong(outcome) else ExitCode.DIFFERS


def _plain(outcome: Outcome) -> dict[str, Any]:
    """A run without its timeline, which the artefact has."""
    told: dict[str, Any] = msgspec.to_builtins(outcome)
    del told["timeline"]
    return {**told, "ok": outcome.ok}


def _told(report: Report, claimed: tuple[str, ...]) -> dict[str, Any]:
    struck = fired(report)
    names = ("virtual", "cpu", "turns", "commits", "requests", "pushes", "fills", "lives")
    return {
        "sweep": report.sweep,
        "seeds": report.trials,
        "violations": list(report.violations),
        "figures": {name: report.figures.get(name, 0.0) for name in names},
        "fired": struck,
        "coverage": {code: attrs.asdict(seen) for code, seen in covered(report).items()},
        "never_fired": [code for code in claimed if code not in struck],
        "never_seen": unseen(report),
        "seconds": report.seconds,
        "ok": report.ok and not unseen(report),
    }
