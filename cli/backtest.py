"""`benthic backtest`: run a bot over recorded candles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import attrs
from cyclopts import Parameter
from cyclopts.validators import Number

from ..actors.bot.config import BotConfig
from ..actors.bot.contexts import Replayed
from ..actors.bot.run import BacktestResult, Watch
from ..actors.exchange.tape import Gaps
from ..runtime import Schedule
from .compose import Instead, read_bot, read_market, run_in_memory, run_on_disk
from .exits import ExitCode, say
from .journal import open_journal
from .output import print_json
from .places import a_path
from .progress import progress
from .report import as_json, print_report
from .tracefile import TraceFile, open_trace

MOST: Final = 2**64


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Options:
    """How to run it, and what to write."""

    data: Annotated[
        Path,
        Parameter(
            help="Candles: a file, or store:VENUE/PAIR/FRAME of the market data.", converter=a_path
        ),
    ]
    symbol: Annotated[
        str | None, Parameter(help="Trade this pair instead of the bot file's.", name="--symbol")
    ] = None
    frame: Annotated[
        str | None, Parameter(help="Use this time frame instead of the bot file's.")
    ] = None
    journal: Annotated[
        Path | None,
        Parameter(help="Write the order journal to a store in this folder.", converter=a_path),
    ] = None
    append: Annotated[
        bool, Parameter(help="Go on from what the store of --journal holds already.")
    ] = False
    trace: Annotated[
        Path | None,
        Parameter(
            help="Write every turn of every actor to this file, as JSON lines.", converter=a_path
        ),
    ] = None
    schedule: Annotated[
        Literal["direct", "fifo", "shuffle"],
        Parameter(help="In which order ready actors have their turns."),
    ] = "direct"
    seed: Annotated[
        int | None,
        Parameter(
            help="Of all chance, instead of the bot file's.", validator=Number(gte=0, lt=MOST)
        ),
    ] = None
    allow_gaps: Annotated[bool, Parameter(help="Run although candles are missing.")] = False
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False


def command(
    bot: Annotated[Path, Parameter(help="The bot file, TOML.")], /, *, options: Options
) -> int:
    """Run a bot over recorded candles and report how it went."""
    instead = Instead(symbol=options.symbol, frame=options.frame, seed=options.seed)
    config = read_bot(bot, instead)
    gaps = Gaps.ALLOW if options.allow_gaps else Gaps.REFUSE
    with progress("reading", "B") as told:
        tape = read_market(config, options.data, gaps, told)
    context = Replayed(tape, Schedule(options.schedule))
    with (
        open_trace(options.trace, bot, options.data) as traced,
        progress("running", "candles") as told,
    ):
        result = _run(config, context, options, traced, told)
    if result.restarts:
        say(f"{result.restarts} restarts of actors on the way: look at them, this is a bug")
    if options.json:
        print_json(as_json(config, context, result))
    else:
        print_report(config, context, result)
    return ExitCode.OK


def _run(
    config: BotConfig, context: Replayed, options: Options, traced: TraceFile | None, told: Watch
) -> BacktestResult:
    trace = None if traced is None else traced.trace

    def watch(done: int, total: int) -> None:
        if traced is not None:
            traced.require_whole()
        told(done, total)

    if options.journal is None:
        return run_in_memory(config, context, trace=trace, watch=watch)
    with open_journal(options.journal, append=options.append) as journal:
        return run_on_disk(config, context, journal, trace=trace, watch=watch)
