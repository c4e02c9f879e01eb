"""`benthic run`, from its options to its exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from ..places import a_path


def command(
    bots: Annotated[list[Path], Parameter(help="Bot files, TOML.", negative=())],
    /,
    *,
    socket: Annotated[
        Path | None,
        Parameter(
            help="Where `benthic tree --live` asks; beside the first store where it is not said.",
            converter=a_path,
        ),
    ] = None,
    log_format: Annotated[
        Literal["text", "json"] | None,
        Parameter(help="Of the log's lines, instead of what the first file says."),
    ] = None,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"] | None,
        Parameter(help="The least that is told, instead of what the first file says."),
    ] = None,
) -> int:
    """Run bots, live or on paper, in the foreground, until SIGTERM or Ctrl-C.

    Nothing is written but the log, on standard error. The first signal ends them in order, as
    their [shutdown] says, with exit code 0; the second one at once.
    """
    from .fleet import Options, run_fleet

    return run_fleet(bots, Options(socket=socket, log_format=log_format, log_level=log_level))
