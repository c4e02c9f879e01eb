"""What `benthic sweep ambiguity` prints for people: how orders ended, and when that was known."""

from __future__ import annotations

import sys
from typing import Final

from ..benchmarks.ambiguity.run import AmbiguityReport, Took
from .output import console, table

SHOWN: Final = 20  # violations


def tell(report: AmbiguityReport) -> None:
    """Draw its tables."""
    ends = table(
        *("code", "orders", "struck", "filled", "in part", "cancelled", "refused"),
        *("duplicated", "forgotten", "wrong"),
        title="sweep ambiguity: how they ended",
        numbers=range(1, 10),
    )
    times = table(
        *("code", "certain after, s", "95 %", "longest", "settled after, s", "95 %", "longest"),
        title="when that was known",
        numbers=range(1, 7),
    )
    for code, each in report.codes.items():
        counts = (each.orders, each.struck, each.filled, each.partly, each.cancelled, each.refused)
        found = (each.duplicated, each.forgotten, each.wrong)
        ends.add_row(code, *(f"{count:,}" for count in (*counts, *found)))
        times.add_row(code, *_seconds(each.certain), *_seconds(each.settled))
    for stream, each in report.streams.items():
        times.add_row(f"stream {stream}", *_seconds(each.certain), *_seconds(each.settled))
    console().print(ends)
    console().print(times)
    sys.stdout.write("\n".join(_lines(report)) + "\n")


def _seconds(took: Took) -> list[str]:
    return [f"{time / 1_000:,.3f}" for time in (took.median, took.most_of_95, took.longest)]


def _lines(report: AmbiguityReport) -> list[str]:
    many = len(report.violations)
    hours = f"{report.virtual_hours:,.1f} h of virtual time"
    lines = [f"ambiguity: {report.orders:,} orders, {hours}, {report.seconds:,.1f} s"]
    lines += [f"violation: {violation}" for violation in report.violations[:SHOWN]]
    if many > SHOWN:
        lines.append(f"and {many - SHOWN:,} more")
    lines.append(f"{many:,} violations" if many else "no violation")
    return lines
