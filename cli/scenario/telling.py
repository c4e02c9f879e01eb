"""What is printed of scenarios: lists, runs, sweeps and timelines, for people."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Final

from ...benchmarks.chunks import Report
from ...runtime import Millis
from ...scenarios.invariants import INVARIANTS, NOT_YET
from ...scenarios.planted import find_bug
from ...scenarios.running.artefact import Artefact
from ...scenarios.running.catalog import FAULTS, Fault, claims
from ...scenarios.running.run import Outcome
from ...scenarios.running.script import SWARMS
from ...scenarios.world import Armed, Finding, Moment
from ..output import console, table
from .sweeping import covered, fired, unseen
from .whole import counts, holds, rows, seen

SHOWN: Final = 20  # violations that are printed for people
HOUR: Final = 3_600


def tell_list(scripts: Iterable[tuple[str, str, Sequence[str]]]) -> None:
    """The library, by name."""
    drawn = table("scenario", "faults", "story")
    for name, story, faults in scripts:
        drawn.add_row(name, " ".join(faults), story)
    console().print(drawn)


def tell_invariants() -> None:
    """What is checked after every commit, and what is not."""
    drawn = table("code", "what holds")
    for each in INVARIANTS:
        drawn.add_row(each.code, each.words)
    for code, reason in NOT_YET.items():
        drawn.add_row(code, f"not yet applicable: {reason}")
    console().print(drawn)


def tell_faults() -> None:
    """Every row of the page on faults, and which scenarios claim it."""
    claimed = claims()
    drawn = table("fault", "what goes wrong", "claimed by")
    for each in FAULTS:
        drawn.add_row(each.code, each.words, " ".join(claimed[each.code]) or _by_nobody(each))
    console().print(drawn)
    by_scripts = sum(bool(names) for names in claimed.values())
    by_plan = sum(bool(each.verb) and not claimed[each.code] for each in FAULTS)
    _say(
        f"scenarios claim {by_scripts} of {len(FAULTS)}; "
        f"a plan of one's own can fire {by_plan} more"
    )


def _by_nobody(fault: Fault) -> str:
    by = f"no scenario; a plan: {fault.verb}" if fault.verb else "no scenario"
    return f"{by} ({fault.not_here})" if fault.not_here else by


def tell_run(outcome: Outcome, artefact: str) -> None:
    """One run."""
    drawn = table("", "", title=f"{outcome.script}, seed {outcome.options.seed}", numbers=(1,))
    for name, value in _figures(outcome):
        drawn.add_row(name, value)
    console().print(drawn)
    _tell_findings(outcome.findings)
    if artefact:
        _say(f"artefact: {artefact}")
    _say("every check held" if outcome.ok else "it failed")


def _figures(outcome: Outcome) -> list[tuple[str, str]]:
    struck = " ".join(f"{code}:{count}" for code, count in outcome.fired.items())
    converged = outcome.converged
    return [
        ("virtual time", f"{outcome.virtual:,.1f} s"),
        ("processor time", f"{outcome.cpu:,.2f} s"),
        ("times real time", f"{outcome.virtual / max(outcome.cpu, 1e-9):,.0f}"),
        ("turns", f"{outcome.turns:,}"),
        ("requests", f"{outcome.requests:,}"),
        ("messages of streams", f"{outcome.pushes:,}"),
        ("commits", f"{outcome.commits:,}"),
        ("fills", f"{outcome.fills:,}"),
        ("lives", f"{outcome.lives:,}"),
        ("in order again after", "-" if converged is None else f"{converged:,.1f} s"),
        ("faults that struck", struck or "none"),
    ]


def tell_sweep(report: Report, claimed: Sequence[str]) -> None:
    """Many runs."""
    figures = report.figures
    virtual, cpu = figures.get("virtual", 0.0), figures.get("cpu", 0.0)
    struck = fired(report)
    drawn = table("", "", title=report.sweep, numbers=(1,))
    rows = (
        ("seeds", f"{report.trials:,}"),
        ("failed", f"{len(report.violations):,}"),
        ("virtual time", f"{virtual / HOUR:,.2f} h"),
        ("virtual hours per core-hour", f"{virtual / max(cpu, 1e-9):,.0f}"),
        *((name, f"{figures.get(name, 0):,.0f}") for name in ("requests", "commits", "fills")),
        ("lives", f"{figures.get('lives', 0):,.0f}"),
        (
            "messages of streams an hour",
            f"{figures.get('pushes', 0) * HOUR / max(virtual, 1):,.0f}",
        ),
        ("faults that struck", f"{sum(struck.values()):,}"),
        ("codes that struck", f"{len(struck):,}"),
    )
    for name, value in rows:
        drawn.add_row(name, value)
    console().print(drawn)
    _tell_covered(report)
    if missing := [code for code in claimed if code not in struck]:
        _say(f"named by the scenario and never struck: {' '.join(missing)}")
    for violation in report.violations[:SHOWN]:
        _say(f"violation: {violation}")
    if len(report.violations) > SHOWN:
        _say(f"and {len(report.violations) - SHOWN:,} more")
    for words in unseen(report):
        _say(f"never seen, and should sometimes be: {words}")
    _say("every check held" if report.ok and not unseen(report) else "it failed")


def _tell_covered(report: Report) -> None:
    """Each fault that struck: how often, in how many seeds, and what came of it."""
    drawn = table("fault", "struck", "seeds", "in order again", numbers=(1, 2, 3))
    for code, got in covered(report).items():
        drawn.add_row(code, f"{got.times:,}", f"{got.seeds:,}", f"{got.in_order:,}")
    console().print(drawn)


def tell_library(report: Report) -> None:
    """The whole library: its scripts, all faults, and what is missing."""
    _tell_rows(report)
    found = seen(report)
    drawn = table("fault", "struck", "seeds", "in order again", "", numbers=(1, 2, 3))
    for each in found:
        got = each.coverage
        figures = (f"{got.times:,}", f"{got.seeds:,}", f"{got.in_order:,}")
        drawn.add_row(each.fault.code, *figures, each.verdict)
    console().print(drawn)
    for violation in report.violations[:SHOWN]:
        _say(f"violation: {violation}")
    if len(report.violations) > SHOWN:
        _say(f"and {len(report.violations) - SHOWN:,} more")
    for row in rows(report):
        if row.unfired:
            _say(f"{row.name} names and never fired: {' '.join(row.unfired)}")
    for each in found:
        if each.is_missing:
            _say(f"{each.verdict}: {each.fault.code}, {each.fault.words}")
    wire, runtime = counts(found)
    _say(f"faults seen with their recovery: {wire} on the wire, {runtime} of runtime and host")
    _say(f"left out, as sweeps of their own: {', '.join(sorted(SWARMS))}")
    _say("every check held" if holds(report) else "it failed")


def _tell_rows(report: Report) -> None:
    """What each script came to, and what a seed of it costs."""
    drawn = table("scenario", "seeds", "failed", "s a seed", title=report.sweep, numbers=(1, 2, 3))
    found = rows(report)
    for row in found:
        drawn.add_row(row.name, f"{row.seeds:,}", f"{row.failed:,}", f"{row.cost:.2f}")
    console().print(drawn)
    costs = [row.cost for row in found]
    _say(f"median {median(costs):.2f} s of a processor a seed, most {max(costs):.2f} s")


def tell_artefact(artefact: Artefact) -> None:
    """A failed run: what was found, which faults suffice, what happened."""
    options = artefact.options
    _say(f"{artefact.script}, seed {options.seed}, benthic {artefact.benthic}, {artefact.file}")
    if options.planted:
        _say(f"planted: {find_bug(options.planted)}")
    _tell_findings(artefact.findings)
    kept = [each for each in artefact.faults if not each.is_muted]
    _say(f"faults: {len(kept)} of {artefact.asked} suffice, found in {artefact.tries} runs")
    for each in kept:
        _say(f"  {_fault(each)}")
    tell_timeline(artefact.timeline)


def tell_timeline(moments: Sequence[Moment]) -> None:
    """What happened, a line each."""
    if not moments:
        return
    first = moments[0].at
    _say(f"timeline from {_time(first)}, in s from there:")
    for each in moments:
        _say(f"{(each.at - first) / 1_000:>12.3f}  {each.kind:<8} {each.who:<10} {each.text}")


def _tell_findings(findings: Iterable[Finding]) -> None:
    for finding in findings:
        _say(f"{finding.kind}: {finding}")


def _fault(each: Armed) -> str:
    return f"{each.number:>3} {each.fault or '-':<4} {each.words}  ({each.place})"


def _time(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1_000, UTC).isoformat(timespec="milliseconds")


def _say(line: str) -> None:
    printable = "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)
    sys.stdout.write(printable + "\n")
