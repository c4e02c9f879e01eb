"""`benthic backtest`: run a bot over recorded candles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, Literal

import attrs
import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number

from ..actors.bot.config import BotConfig
from ..actors.bot.contexts import Replayed
from ..actors.bot.run import BacktestResult, Watch
from ..actors.exchange.tape import Gaps
from ..runtime import Schedule, Trace, TurnRecord
from .compose import Instead, read_bot, read_market, run_in_memory, run_on_disk
from .exits import ExitCode, say
from .journal import open_journal
from .output import print_json
from .progress import progress
from .report import as_json, print_report

MOST: Final = 2**64


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Options:
    """How to run it, and what to write."""

    data: Annotated[Path, Parameter(help="Candles: CSV, a Binance dump or OctoBot .data.")]
    symbol: Annotated[
        str | None, Parameter(help="Trade this pair instead of the bot file's.", name="--symbol")
    ] = None
    frame: Annotated[
        str | None, Parameter(help="Use this time frame instead of the bot file's.")
    ] = None
    journal: Annotated[
        Path | None, Parameter(help="Write the order journal to a store in this folder.")
    ] = None
    append: Annotated[
        bool, Parameter(help="Go on from what the store of --journal holds already.")
    ] = False
    trace: Annotated[
        Path | None, Parameter(help="Write every turn of every actor to this file, as JSON lines.")
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
    with _traced(options.trace) as trace, progress("running", "candles") as told:
        result = _run(config, context, options, trace, told)
    if result.restarts:
        say(f"{result.restarts} restarts of actors on the way: look at them, this is a bug")
    if options.json:
        print_json(as_json(config, context, result))
    else:
        print_report(config, context, result)
    return ExitCode.OK


def _run(
    config: BotConfig, context: Replayed, options: Options, trace: Trace | None, watch: Watch
) -> BacktestResult:
    if options.journal is None:
        return run_in_memory(config, context, trace=trace, watch=watch)
    with open_journal(options.journal, append=options.append) as journal:
        return run_on_disk(config, context, journal, trace=trace, watch=watch)


@contextmanager
def _traced(path: Path | None) -> Iterator[Trace | None]:
    """A trace that writes to a file, where one is wanted."""
    if path is None:
        yield None
        return
    with path.open("wb") as file:
        yield Trace(_line_writer(file.write))


def _line_writer(write: Callable[[bytes], object]) -> Callable[[TurnRecord], None]:
    encode = msgspec.json.Encoder().encode

    def sink(record: TurnRecord) -> None:
        write(encode(record) + b"\n")

    return sink
