"""What `benthic sweep deaths` prints for people.

Of what the bot died, what came of it, and what it had open then.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from ..benchmarks.deaths.run import DeathReport
from .output import console, table

if TYPE_CHECKING:
    from rich.table import Table

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
    console().print(_open_as_it_died(report))
    many = len(report.violations)
    became = (
        f"{report.freed:,} set free by others, {report.renewed:,} sent again under another name"
    )
    lines = [
        f"deaths: {report.trials:,} kills, {report.seconds:,.1f} s",
        f"orders: {report.placed:,} placed, {report.orders:,} at the exchanges, {became}",
    ]
    lines += [f"violation: {violation}" for violation in report.violations[:SHOWN]]
    if many > SHOWN:
        lines.append(f"and {many - SHOWN:,} more")
    lines.append(f"{many:,} violations" if many else "no violation")
    sys.stdout.write("\n".join(lines) + "\n")


def _open_as_it_died(report: DeathReport) -> Table:
    """At how many kills of each kind something was open."""
    drawn = table(
        *("it died", "kills", "positions", "stops", "take profits", "chains", "groups"),
        *("trailing", "waiting"),
        title="kills with these open",
        numbers=range(1, 9),
    )
    for kind, each in report.deaths.items():
        exits = (each.positions, each.stops, each.profits, each.chains, each.groups)
        counts = (each.kills, *exits, each.trailing, each.triggers)
        drawn.add_row(kind, *(f"{count:,}" for count in counts))
    return drawn
