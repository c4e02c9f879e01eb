"""What `benthic sweep planted` prints: how each bug was found, and what is left of the run."""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from ..benchmarks.chunks import Report
from ..benchmarks.planted import catches
from ..scenarios.running.hunting import Catch
from .output import console, table


def tell(report: Report) -> None:
    """Draw its table, and say what is wrong."""
    drawn = table(
        *("bug", "seed", "seeds", "after", "code", "expected", "faults", "left", "runs", "same"),
        title="sweep planted",
        numbers=(1, 2, 3, 6, 8),
    )
    found = catches(report)
    for catch in found:
        drawn.add_row(catch.bug, *_row(catch))
    console().print(drawn)
    lines = [f"violation: {violation}" for violation in report.violations]
    caught = sum(catch.seed is not None for catch in found)
    lines.append(f"{caught} of {len(found)} bugs found, {report.seconds:,.0f} s")
    sys.stdout.write("\n".join(lines) + "\n")


def plain(report: Report) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "sweep": "planted",
        "bugs": [msgspec.to_builtins(catch) for catch in catches(report)],
        "violations": list(report.violations),
        "seconds": report.seconds,
        "ok": report.ok,
    }


def _row(catch: Catch) -> list[str]:
    if catch.seed is None:
        return ["-", f"{catch.tried:,}", "-", "not found", "-", "-", "-", "-", "-"]
    return [
        f"{catch.seed}",
        f"{catch.tried:,}",
        f"{catch.at:,.0f} s",
        catch.code or "-",
        "yes" if catch.is_expected else "no",
        f"{catch.asked}",
        f"{catch.left} {' '.join(catch.faults)}".strip(),
        f"{catch.tries}",
        "yes" if catch.is_same else "no",
    ]
