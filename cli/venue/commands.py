"""`benthic venue` and `benthic venue record`, from their options to their exit codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import trio
from cyclopts import App, Parameter

from ...runtime import UsageError
from ..exits import ExitCode
from ..places import a_path
from .options import USUAL_MARKETS, USUAL_SERVING, Markets, Serving

command: Final = App(name="venue")


@command.default
def serve(*, markets: Markets = USUAL_MARKETS, serving: Serving = USUAL_SERVING) -> int:
    """Open a simulated exchange that speaks Binance, on a port of this machine.

    It runs until Ctrl-C (exit code 130) or SIGTERM (143). The spot, USD-M and COIN-M dialects are
    told apart by path; all of it is thrown away at the end, its API keys included.
    """
    from ...runtime.clock import LiveClock
    from .host import host
    from .house import furnish

    if sum((serving.print_env, serving.quiet, serving.json)) > 1:
        raise UsageError("--print-env, --quiet and --json exclude each other; keep one")
    now = LiveClock().now()
    return trio.run(host, furnish(markets, now, speed=serving.speed), serving)


@command.command
def record(
    *,
    out: Annotated[
        Path,
        Parameter(help="The folder for the files; made where it is not there.", converter=a_path),
    ],
    duration: Annotated[
        str, Parameter(name="--for", help="How long the venue runs in its own time: 90m, 12h, 1d.")
    ] = "1d",
    replace: Annotated[bool, Parameter(help="Write over files of an earlier recording.")] = False,
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
    markets: Markets = USUAL_MARKETS,
) -> int:
    """Run the markets in virtual time, and write what happened as candles and trades.

    The files are read by `benthic backtest --data` and `benthic venue --market replay --data`.
    """
    from ...scenarios.venue.config import START
    from .house import furnish
    from .recording import OldFiles, length_of, record_venue, show

    length = length_of(duration)
    old: OldFiles = "replace" if replace else "keep"
    written = record_venue(furnish(markets, START), out, length, old)
    show(written, json=json)
    return ExitCode.OK
