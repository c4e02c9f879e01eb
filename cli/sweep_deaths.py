"""What `benthic sweep deaths` prints for people: of what the bot died, and what came of it."""

from __future__ import annotations

import sys
from typing import Final

from ..benchmarks.deaths.run import DeathReport
from .output import console, table

SHOWN: Final = 20  # violations


def tell(report: DeathReport) -> None:
    """Draw its table."""
    drawn = table(
        *("it died", "kills", "missed", "unsettled", "doubled", "lost", "disagreeing"),
        *("open after, s", "longest, s"),
        title="sweep deaths",
        numbers=range(1, 9),
    )
    for kind, each in report.deaths.items():
        found = (each.doubled, each.lost, each.disagreeing)
        counts = (each.kills, each.missed, each.unsettled, *found)
        times = (each.opened_median, each.opened_longest)
        drawn.add_row(kind, *(f"{n:,}" for n in counts), *(f"{s:,.1f}" for s in times))
    console().print(drawn)
    many = len(report.violations)
    orders = f"{report.orders:,} orders at the exchanges"
    lines = [f"deaths: {report.trials:,} kills, {orders}, {report.seconds:,.1f} s"]
    lines += [f"violation: {violation}" for violation in report.violations[:SHOWN]]
    if many > SHOWN:
        lines.append(f"and {many - SHOWN:,} more")
    lines.append(f"{many:,} violations" if many else "no violation")
    sys.stdout.write("\n".join(lines) + "\n")
