"""Errors become one line and the documented code."""

import importlib
from pathlib import Path

import pytest

from benthic.actors.exchange.errors import KeyTrouble, RegionBlocked
from benthic.cli import exits
from benthic.cli.exits import Ending, ExitCode, code_of, describe
from benthic.runtime import (
    ActorCrashed,
    BenthicError,
    Refusal,
    RestartLimit,
    StartFailed,
    UsageError,
)
from benthic.storage.errors import StoreBusy, StoreFull

PAGE = Path(__file__).resolve().parents[2] / "docs" / "errors-and-exit-codes.md"


def caused(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("name", exits._CODES)
def test_every_class_that_has_a_code_exists(name: str) -> None:
    module, _, attribute = name.rpartition(".")

    assert issubclass(getattr(importlib.import_module(module), attribute), Exception)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("wrong"), ExitCode.USAGE),
        (BenthicError("failed"), ExitCode.RUN),
        (Refusal("no"), ExitCode.RUN),
        (StoreFull(Path("s"), reason="no space"), ExitCode.STORE),
        (KeyTrouble("binance", "no such key"), ExitCode.REFUSED),
        (RegionBlocked("binance", "status 451"), ExitCode.REFUSED),
        (FileNotFoundError(2, "No such file", "x"), ExitCode.SYSTEM),
        (ZeroDivisionError("1/0"), ExitCode.BUG),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (BrokenPipeError(), ExitCode.PIPE),
        (BaseExceptionGroup("g", [UsageError("a"), KeyboardInterrupt()]), ExitCode.INTERRUPTED),
        (ExceptionGroup("g", [ExceptionGroup("h", [UsageError("a")])]), ExitCode.USAGE),
        (ExceptionGroup("g", [UsageError("a"), ZeroDivisionError()]), ExitCode.BUG),
        (caused(StartFailed("/bot"), StoreBusy(Path("s"), pid=7)), ExitCode.STORE),
        (caused(ActorCrashed("/bot"), ZeroDivisionError()), ExitCode.BUG),
        (RestartLimit("/bot", restarts=4, window=5000), ExitCode.RUN),
    ],
    ids=lambda value: getattr(value, "name", type(value).__name__),
)
def test_an_error_ends_with_the_code_of_its_class(error: BaseException, code: ExitCode) -> None:
    assert code_of(error) == code


def test_an_error_that_passes_another_on_names_both() -> None:
    (line,) = describe(caused(StartFailed("/bot/store"), StoreBusy(Path("s"), pid=7)))

    assert line.startswith("error: s: process 7 writes this store; stop that bot first")
    assert line.endswith(" (/bot/store did not start)")


def test_an_error_cannot_write_control_characters_to_the_terminal() -> None:
    assert describe(UsageError("a\x1b[31mb")) == ["error: a\\x1b[31mb"]


def test_a_bug_shows_its_traceback_and_has_a_code_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Ending() as ending:
        raise ZeroDivisionError

    assert ending.code == ExitCode.BUG
    assert "Traceback" in capsys.readouterr().err


def test_the_handbook_lists_every_exit_code() -> None:
    page = PAGE.read_text("utf-8")

    assert [
        code for code in ExitCode if f"| {code.value} | {exits.MEANINGS[code]} |" not in page
    ] == []
