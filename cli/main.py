"""The command `benthic`: names and helps of all commands, each imported when it is called.

What a command does stands in its own module; how it ends, in `exits`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from cyclopts import App, CycloptsError, Parameter, UnknownCommandError

from .exits import PACKAGE, Ending, ExitCode
from .output import console
from .streams import flush_output, prepare_streams

HELP: Final = """A trading runtime of supervised actors on trio.

Every command ends with a documented exit code: 0 for success, 1 where a check did not hold, others
for what was wrong. With `--json` the object on standard output is the interface for scripts.
"""

COMMANDS: Final = (
    ("run", "Run bots, live or on paper, until they are told to stop."),
    ("backtest", "Run a bot over recorded candles and report how it went."),
    ("demo", "Watch a bot on a failing exchange being crashed, killed and restored (no network)."),
    ("venue", "Open a simulated exchange that speaks Binance, and fails on command."),
    ("scenario", "Break whole bots on purpose, in virtual time, and look what holds."),
    ("data", "Download, record, import, check, convert and resample market data."),
    ("tree", "Show the actors that a bot file plans, or those of a running bot."),
    ("orders", "Show the live orders and balances of a store, or what became of orders."),
    ("check", "Look whether a store is whole and adds up, and rebuild what does not."),
    ("export", "Write orders, trades, ledger and history of a store to files."),
    ("compact", "Fold the oldest steps of orders in a store away."),
    ("exchanges", "Show what the exchanges of ccxt can do, and which are known best."),
    ("doctor", "Look whether what benthic builds on is as it must be."),
    ("bench", "Measure this machine, side by side with others."),
    ("sweep", "Look for violations, over many kills, crash images, seeds or trees."),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, of this process where none is given; the exit code."""
    prepare_streams()
    with Ending() as ending:
        try:
            ending.code = _run(sys.argv[1:] if arguments is None else arguments)
        except OSError:
            flush_output()  # says so where it was standard output that failed
            raise
        flush_output()
    return ending.code


def _run(arguments: Sequence[str]) -> int:
    try:
        answer = _app()(list(arguments))
    except UnknownCommandError as error:
        raise CycloptsError(_unknown(error)) from error
    return answer if isinstance(answer, int) else ExitCode.OK


def _app() -> App:
    app = App(
        name="benthic",
        help=HELP,
        version=_version,
        default_parameter=Parameter(negative=()),
        console=console(),
        print_error=False,
        exit_on_error=False,
        suppress_keyboard_interrupt=False,
        result_action="return_value",
    )
    for name, words in COMMANDS:
        app.command(f"{PACKAGE}.cli.{name}:command", name=name, help=words)
    return app


def _unknown(error: UnknownCommandError) -> str:
    """What to say of a word that is no command; cyclopts would import all commands to say it."""
    word = (error.unused_tokens or ["?"])[0]
    known = [name for name in error.app or () if not name.startswith("-")]
    close = get_close_matches(word, known, n=1)
    hint = f'did you mean "{close[0]}"?' if close else f"there are: {', '.join(sorted(known))}"
    return f'unknown command "{word}"; {hint}'


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("benthic")
    except PackageNotFoundError:
        return "of a checkout that is not installed"
