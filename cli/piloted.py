"""A process of scenarios: `benthic run FILE` with a hand at its desk, and death at an instant.

    python -m benthic.cli.piloted FILE [POINT [AT]]

All that `benthic run` does is done, by the same code. POINT: dies at its so-manieth such instant
from the start on, see `scenarios.process.points`; the hand may say one later as well.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from ..scenarios.process.doomed import Doom, DoomedStore
from ..scenarios.process.hand import Hand, say
from ..scenarios.process.wording import Answered
from .exits import Ending
from .run.fittings import Fittings
from .run.fleet import Options, run_fleet


def main(file: str, point: str = "", at: str = "1") -> int:
    """Run the bot of the file to its end; the exit code."""
    doom = Doom(lambda name: say(Answered(died=name)), lambda many: say(Answered(read=many)))
    doom.arm(point, int(at))
    with Ending() as ending:
        fittings = Fittings(keeper=partial(DoomedStore, doom), beside=Hand(doom).run)
        ending.code = run_fleet([Path(file)], Options(), fittings)
    return ending.code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
