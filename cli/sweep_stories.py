"""What `benthic sweep stories` prints for people: each story, and where it was broken off."""

from __future__ import annotations

import sys
from typing import Final

from ..benchmarks.stories.run import StoriesReport
from .output import console, table

SHOWN: Final = 20  # violations


def tell(report: StoriesReport) -> None:
    """Draw its table."""
    drawn = table(
        *("story", "commits", "points", "told", "deaths", "in recovery", "violations"),
        title="sweep stories",
        numbers=range(1, 7),
    )
    for name, each in report.stories.items():
        counts = (each.commits, each.points, each.tellings, each.deaths, each.in_recovery)
        drawn.add_row(name, *(f"{count:,}" for count in (*counts, each.violations)))
    console().print(drawn)
    sys.stdout.write("\n".join(_lines(report)) + "\n")


def _lines(report: StoriesReport) -> list[str]:
    every, many = report.stories["all"], len(report.violations)
    count, hours = len(report.stories) - 1, f"{report.virtual_hours:,.1f} h of virtual time"
    deaths = f"{every.deaths:,} deaths, {every.in_recovery:,} of them in recovery"
    lines = [f"stories: {count:,}, {every.points:,} points, {deaths}"]
    lines.append(f"told {every.tellings:,} times, {hours}, {report.seconds:,.1f} s")
    lines += [f"violation: {violation}" for violation in report.violations[:SHOWN]]
    if many > SHOWN:
        lines.append(f"and {many - SHOWN:,} more")
    if many:
        lines.append("one of them again: benthic sweep stories --only STORY --at COMMIT:PHASE")
    lines.append(f"{many:,} violations" if many else "no violation")
    return lines
