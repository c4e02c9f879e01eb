"""What `benthic sweep feeds` prints for people: what struck, what came of it, and what is wrong."""

from __future__ import annotations

import sys

from ..benchmarks.feed_sweep.run import FeedReport
from .output import console, table

SHOWN = 20  # violations


def tell(report: FeedReport) -> None:
    """Draw its tables."""
    out = console()
    strikes = table(
        *("code", "faults", "planned", "fired", "strikes", "recovery, s", "longest, s"),
        title=f"sweep feeds, seed {report.seed}: what struck",
        numbers=range(1, 7),
    )
    for code, came in report.codes.items():
        strikes.add_row(
            code,
            *(f"{each:,}" for each in (came.faults, came.planned, came.fired, came.strikes)),
            *(f"{each:,.1f}" for each in (came.recovery, came.longest)),
        )
    out.print(strikes)
    figures = table("", "", title="what came of it", numbers=(1,))
    for kind, count in report.events.items():
        figures.add_row(kind, f"{count:,}")
    for name, value in report.figures.items():
        figures.add_row(name, f"{value:,.1f}".removesuffix(".0"))
    out.print(figures)
    sys.stdout.write("\n".join(_lines(report)) + "\n")


def _lines(report: FeedReport) -> list[str]:
    words = (
        f"feeds: {len(report.symbols)} symbols, {len(report.frames)} frames",
        f"{report.virtual_hours:,.1f} h in {report.seconds:,.1f} s",
        f"{report.times:,.0f} times real time",
        f"{report.faults} different faults fired",
        f"hash {report.hash[:16]}",
    )
    lines = [", ".join(words)]
    if report.unfired:
        lines.append(f"met nothing to strike: {', '.join(report.unfired)}")
    lines += [f"violation: {violation}" for violation in report.violations[:SHOWN]]
    if report.found > SHOWN:
        lines.append(f"and {report.found - SHOWN:,} more")
    lines.append(f"{report.found:,} violations" if report.found else "no violation")
    return lines
