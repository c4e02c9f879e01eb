"""How a command ends: the exit codes, and the one place where errors become words.

Errors are told apart by the names of their classes, so that nothing is imported for it: a command
that reads no store never loads LMDB, not even to fail. What is not in the table is a bug; it is
shown with its traceback, so that it can be reported, under a code of its own.
"""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Iterator, Mapping
from enum import IntEnum
from types import MappingProxyType, TracebackType
from typing import Final, Self

from .streams import abandon_output

PACKAGE: Final = __name__.partition(".")[0]
PROGRAM: Final = "benthic"
_DEPTH: Final = 20  # causes that are looked at


class ExitCode(IntEnum):
    """What a script can tell from the end of a command."""

    OK = 0
    DIFFERS = 1
    USAGE = 2
    CONFIGURATION = 3
    DATA = 4
    STORE = 5
    RUN = 6
    SYSTEM = 7
    REFUSED = 8
    BUG = 70
    INTERRUPTED = 130
    PIPE = 141
    TERMINATED = 143


MEANINGS: Final[Mapping[ExitCode, str]] = MappingProxyType(
    {
        ExitCode.OK: "it did what it was asked, and every check held",
        ExitCode.DIFFERS: "a check did not hold: a violation, a difference, a missed bar",
        ExitCode.USAGE: "the command line is wrong",
        ExitCode.CONFIGURATION: "the bot file or the fault plan is wrong",
        ExitCode.DATA: "the market data are wrong",
        ExitCode.STORE: "the order store cannot be used, or cannot store",
        ExitCode.RUN: "the run failed: actors did not start, or restarts did not help",
        ExitCode.SYSTEM: (
            "something outside is missing, forbidden or not sound: a file, a socket, a package, "
            "what a venue answers"
        ),
        ExitCode.REFUSED: "the venue does not serve this bot: its key, its market, its region",
        ExitCode.BUG: "a bug in benthic; the traceback on standard error says where",
        ExitCode.INTERRUPTED: "interrupted with Ctrl-C",
        ExitCode.PIPE: "whoever read its output closed the pipe",
        ExitCode.TERMINATED: "ended by SIGTERM",
    }
)

_CODES: Final[Mapping[str, ExitCode]] = MappingProxyType(
    {
        "cyclopts.exceptions.CycloptsError": ExitCode.USAGE,
        f"{PACKAGE}.actors.bot.errors.ConfigError": ExitCode.CONFIGURATION,
        f"{PACKAGE}.actors.bot.errors.BotRefused": ExitCode.REFUSED,
        f"{PACKAGE}.actors.exchange.errors.NotServed": ExitCode.REFUSED,
        f"{PACKAGE}.actors.exchange.errors.NotListed": ExitCode.REFUSED,
        f"{PACKAGE}.actors.exchange.errors.NotOffered": ExitCode.REFUSED,
        f"{PACKAGE}.actors.exchange.errors.VenueAway": ExitCode.SYSTEM,
        f"{PACKAGE}.actors.exchange.errors.UnsoundAnswer": ExitCode.SYSTEM,
        f"{PACKAGE}.actors.exchange.tape.errors.TapeError": ExitCode.DATA,
        f"{PACKAGE}.actors.exchange.tape.errors.ExtraMissing": ExitCode.SYSTEM,
        f"{PACKAGE}.storage.marketdata.errors.MarketDataError": ExitCode.DATA,
        f"{PACKAGE}.storage.errors.StoreError": ExitCode.STORE,
        f"{PACKAGE}.scenarios.errors.BadScenario": ExitCode.CONFIGURATION,
        f"{PACKAGE}.scenarios.errors.ScenarioUnreadable": ExitCode.SYSTEM,
        f"{PACKAGE}.scenarios.venue.faults.errors.BadPlan": ExitCode.CONFIGURATION,
        f"{PACKAGE}.scenarios.venue.faults.errors.PlanUnreadable": ExitCode.SYSTEM,
        f"{PACKAGE}.scenarios.venue.market.recorder.Unwritable": ExitCode.SYSTEM,
        f"{PACKAGE}.scenarios.venue.wire.errors.PortTaken": ExitCode.SYSTEM,
        f"{PACKAGE}.storage.lease.AccountTaken": ExitCode.STORE,
        f"{PACKAGE}.cli.live.errors.LiveError": ExitCode.SYSTEM,
        f"{PACKAGE}.actors.market.errors.BadValue": ExitCode.USAGE,
        f"{PACKAGE}.runtime.errors.UsageError": ExitCode.USAGE,
        f"{PACKAGE}.runtime.errors.BenthicError": ExitCode.RUN,
        "builtins.ModuleNotFoundError": ExitCode.SYSTEM,
        "builtins.OSError": ExitCode.SYSTEM,
    }
)
"""By the name of the class; of an error's classes the nearest one counts."""

_VAGUE: Final = (
    f"{PACKAGE}.runtime.errors.SupervisionError",
    f"{PACKAGE}.runtime.errors.AskError",
)
"""Errors that stand for what caused them: the cause decides, and is named."""

_REMEDIES: Final[Mapping[int, str]] = MappingProxyType(
    {
        errno.ENOSPC: "; make room, or write to another disk",
        errno.EDQUOT: "; make room, or write to another disk",
        errno.EISDIR: "; give the path of a file",
    }
)
"""What to do about an error of the operating system."""


class Ending:
    """Runs a command in its `with` block and keeps the exit code; no error leaves the block."""

    def __init__(self) -> None:
        self.code: int = ExitCode.OK

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> bool:
        if error is None:
            return False
        for leaf in _leaves(error):
            if isinstance(leaf, SystemExit):
                self.code = leaf.code if isinstance(leaf.code, int) else ExitCode.USAGE
                return True
        self.code = code_of(error)
        if self.code == ExitCode.PIPE:
            abandon_output()
        elif self.code == ExitCode.BUG:
            traceback.print_exception(error)
            say("this is a bug in benthic; please report it with the lines above")
        else:
            for line in describe(error):
                say(line)
        return True


def code_of(error: BaseException) -> ExitCode:
    """The exit code that stands for an error."""
    leaves = list(_leaves(error))
    for code, kind in (
        (ExitCode.INTERRUPTED, KeyboardInterrupt),
        (ExitCode.PIPE, BrokenPipeError),
    ):
        if any(isinstance(leaf, kind) for leaf in leaves):
            return code
    if any(_code_of_one(_root(leaf)) is None for leaf in leaves):
        return ExitCode.BUG
    return _code_of_one(_root(_leading(error))) or ExitCode.BUG


def describe(error: BaseException) -> list[str]:
    """For people: what is wrong, where, and what to do. A line for each thing that is wrong."""
    leaf = _leading(error)
    root = _root(leaf)
    if code_of(error) == ExitCode.INTERRUPTED:
        return ["interrupted"]
    passed_on = f" ({leaf})" if root is not leaf else ""
    return [f"error: {_printable(line)}{passed_on}" for line in _words(root).splitlines() if line]


def say(line: str) -> None:
    """Write one line for people to standard error."""
    sys.stderr.write(f"{PROGRAM}: {line}\n")


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The errors of a group of groups; an error that is no group is its own leaf."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _leading(error: BaseException) -> BaseException:
    """Of the errors of a group the first that says what happened, and not only where."""
    leaves = list(_leaves(error)) or [error]
    return next((leaf for leaf in leaves if not _names(_root(leaf)) & set(_VAGUE)), leaves[0])


def _root(error: BaseException) -> BaseException:
    """What an error that only passes on another stands for."""
    for _ in range(_DEPTH):
        cause = error.__cause__
        if cause is None or not _names(error) & set(_VAGUE):
            break
        error = next(_leaves(cause), cause)
    return error


def _code_of_one(error: BaseException) -> ExitCode | None:
    if isinstance(error, ModuleNotFoundError) and (error.name or PACKAGE).startswith(PACKAGE):
        return None  # one of our own
    for kind in type(error).__mro__:
        code = _CODES.get(f"{kind.__module__}.{kind.__qualname__}")
        if code is not None:
            return code
    return None


def _names(error: BaseException) -> set[str]:
    return {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}


def _words(error: BaseException) -> str:
    """The text of an error; the operating system's says neither what nor how on its own."""
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror.lower()
        place = "" if error.filename is None else f"{error.filename}: "
        return f"{place}{reason}{_REMEDIES.get(error.errno or 0, '')}"
    if isinstance(error, ModuleNotFoundError):
        return f"{error}; install the extra that brings it, such as: pip install 'benthic[bench]'"
    text = str(error) or type(error).__name__
    return text[:1].lower() + text[1:] if type(error).__module__.startswith("cyclopts.") else text


def _printable(line: str) -> str:
    """The same without what would move the cursor: file names may hold anything."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in line)
