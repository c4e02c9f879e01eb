"""From bot files to a running process: what is prepared before the first actor, and the exit code.

Each bot stands for itself: a file that is wrong, a store that is taken, a key that is not there
ends that bot and no other, and the exit code tells of the first one that went wrong. Where only one
was to run, its error ends the command.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import attrs
import trio

from ...actors.bot.config import BotConfig, Level, LogFormat, LogSection
from ...runtime import BenthicError, UsageError
from ..exits import code_of
from .berth import Berth, folder_of, prepare, read_runnable, reason_of
from .fittings import USUAL, Fittings
from .logs import Log, open_log
from .voyage import Voyage


@attrs.frozen(kw_only=True)
class Options:
    """What the command line says; None: what the first bot file says."""

    socket: Path | None = None
    log_format: LogFormat | None = None
    log_level: Level | None = None


def run_fleet(files: Sequence[Path], options: Options, fittings: Fittings = USUAL) -> int:
    """Run the bots of these files to their end; the exit code."""
    _harden()
    if len(files) == 1:
        read_runnable(files[0])  # its faults are the command's, before anything is opened
    failures: list[BaseException] = []
    configs = [(path, _read(path, failures)) for path in files]
    log = _log_of([config for _, config in configs if config is not None], options)
    for failure in failures:
        _tell(log, failure, {})
    with ExitStack() as held:
        berths: list[Berth] = []
        for path, config in configs:
            if config is None:
                continue
            _require_single(config, berths)
            try:
                with ExitStack() as own:
                    berths.append(
                        prepare(config, path, os.environ, log, own, keeper=fittings.keeper)
                    )
                    held.push(own.pop_all())
            except (BenthicError, OSError) as error:
                if len(files) == 1:
                    raise
                failures.append(error)
                _tell(log, error, {"bot": config.bot.name})
        if not berths:
            return code_of(failures[0])
        socket = options.socket or _beside(folder_of(berths[0].bot.config))
        voyage = Voyage(berths, log, socket, fittings.beside)
        code = trio.run(voyage.run)
    return code_of(failures[0]) if failures else code


def _harden() -> None:
    """No memory of this process lands in a file, and no file of it is read by others (I7)."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    os.umask(0o077)


def _read(path: Path, failures: list[BaseException]) -> BotConfig | None:
    try:
        return read_runnable(path)
    except BenthicError as error:
        failures.append(error)
        return None


def _require_single(config: BotConfig, berths: Sequence[Berth]) -> None:
    if any(config.bot.name == each.name for each in berths):
        raise UsageError(f"two bots are called {config.bot.name}: give one another [bot] name")


def _log_of(configs: Sequence[BotConfig], options: Options) -> Log:
    said = configs[0].log if configs else LogSection()
    return open_log(options.log_level or said.level, options.log_format or said.format)


def _beside(store: Path) -> Path:
    return store.with_name(f"{store.name}.sock")


def _tell(log: Log, error: BaseException, fields: dict[str, object]) -> None:
    log.say("error", "bot not started", {**fields, "reason": reason_of(error)})
