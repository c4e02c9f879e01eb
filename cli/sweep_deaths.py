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
        *("it died", "kills", "missed", "doubled", "lost", "disagreeing"),
        *("gate open after, s", "longest, s"),
        title="sweep deaths",
        numbers=range(1, 8),
    )
    for kind, each in report.deaths.items():
        counts = (each.kills, each.missed, each.doubled, each.lost, each.disagreeing)
        times = (each.opened_median, each.opened_longest)
        drawn.add_row(kind, *(f"{n:,}" for n in counts), *(f"{s:,.1f}" for s in times))
    console().print(drawn)
    found = len(report.violations)
    lines = [
        f"deaths: {report.trials:,} kills, {report.orders:,} orders at the exchanges, "
        f"{report.seconds:,.1f} s"
    ]
    lines += [f"violation: {violation}" for violation in report.violations[:SHOWN]]
    if found > SHOWN:
        lines.append(f"and {found - SHOWN:,} more")
    lines.append(f"{found:,} violations" if found else "no violation")
    sys.stdout.write("\n".join(lines) + "\n")
