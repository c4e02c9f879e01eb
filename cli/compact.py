"""`benthic compact`: fold the oldest steps of orders away, and keep what they came to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from ..runtime import LiveClock, Millis
from ..storage.folding import FOR_EVER
from ..storage.opening import open_store
from .exits import ExitCode
from .output import print_json
from .places import a_path, a_whole_number
from .stores import asking_for_a_store, require_store

DAY: Final = 86_400_000  # ms
LONGEST: Final = 36_500  # days


def command(
    store: Annotated[Path, Parameter(help="The folder of the store.", converter=a_path)],
    /,
    *,
    keep_days: Annotated[
        int,
        Parameter(
            help="Keep the steps of the last N days; 0: none of those of today.",
            validator=Number(gte=0, lte=LONGEST),
            converter=a_whole_number,
        ),
    ],
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
) -> int:
    """Fold the oldest steps of orders away; orders, balances and trade keys stay."""
    before = FOR_EVER if keep_days == 0 else Millis(LiveClock().now() - keep_days * DAY)
    with asking_for_a_store(store):
        require_store(store)
        with open_store(store) as opened:
            done = opened.compact(before)
    if json:
        print_json({"store": str(store), "folded": done.commits, "kept": done.kept})
    else:
        sys.stdout.write(f"{done.commits:,} commits folded away, {done.kept:,} are kept\n")
    return ExitCode.OK
