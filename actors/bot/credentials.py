"""From references to secrets: the one place that reads an API key, when a bot is to run.

Whoever else may read a file with a secret may trade with it, so such a file is refused, with the
command that mends it. No error repeats what was read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ...runtime.secret import Secret
from ..exchange.adapters.capabilities import has_testnet
from ..exchange.adapters.configuration import plain_exchange
from ..exchange.addresses import moved_urls
from ..exchange.errors import NoTestnet
from ..exchange.settings import Credentials, VenueSettings
from .config import BotConfig, ExchangeSection, Reference
from .errors import ConfigError, Problem, Unexpected

DIRECTORY: Final = "CREDENTIALS_DIRECTORY"  # the variable in which systemd says where they lie
SIGNING: Final = frozenset({"exchange.key", "exchange.secret", "exchange.password"})
LARGEST: Final = 1 << 16  # bytes of a secret: a private key is a few thousand

_STRANGERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_secret(reference: Reference, environment: Mapping[str, str]) -> Secret:
    """What a reference refers to. Raises Unexpected."""
    if reference.kind == "env":
        text = environment.get(reference.name)
        if text is None:
            raise Unexpected(f"the variable {reference.name} is not set: export it first")
    elif reference.kind == "credential":
        folder = environment.get(DIRECTORY)
        if not folder:
            raise Unexpected(
                f"{DIRECTORY} is not set: start the bot as a service of systemd with "
                f"LoadCredential={reference.name}:PATH, or use a file"
            )
        # systemd gives the file to the service by a list of access, which shows as the group's.
        text = _read(Path(folder, reference.name), strangers=stat.S_IRWXO)
    else:
        text = _read(Path(reference.name), strangers=_STRANGERS)
    text = text.strip("\r\n")
    if not text:
        raise Unexpected(f"{reference} holds nothing: put the secret there")
    return Secret(text)


def venue_settings(
    config: BotConfig, environment: Mapping[str, str], *, file: str | Path
) -> VenueSettings:
    """How the bot reaches its venue, secrets included. Raises ConfigError, with all faults.

    A bot on paper signs nothing, so its keys are not even read.
    """
    exchange = config.exchange
    if exchange is None:
        raise ConfigError(file, (Problem("exchange", "missing: name the venue"),))
    found: dict[str, Secret] = {}
    problems: list[Problem] = []
    for key, reference in config.references.items():
        if config.bot.context == "paper" and key in SIGNING:
            continue
        try:
            found[key.rpartition(".")[2]] = read_secret(reference, environment)
        except Unexpected as error:
            problems.append(Problem(key, str(error)))
    if exchange.sandbox == "testnet" and not has_testnet(plain_exchange(exchange.name)):
        problems.append(Problem("exchange.sandbox", str(NoTestnet(exchange.name))))
    if problems:
        raise ConfigError(file, tuple(problems))
    return _settings(exchange, found)


def _settings(exchange: ExchangeSection, found: Mapping[str, Secret]) -> VenueSettings:
    credentials = None
    if "key" in found:
        password = found.get("password", Secret(""))
        credentials = Credentials(found["key"], found["secret"], password)
    proxy = exchange.proxy
    rest, ws = exchange.urls.rest, exchange.urls.ws
    urls = moved_urls(exchange.name, rest=rest, ws=ws) if rest or ws else {}
    return VenueSettings(
        name=exchange.name,
        credentials=credentials,
        sandbox=exchange.sandbox,
        urls=urls,
        options=exchange.options,
        proxy=Secret(proxy) if isinstance(proxy, str) else found.get("proxy", Secret("")),
        receive_window=exchange.receive_window_ms,
    )


def _read(path: Path, *, strangers: int) -> str:
    """The text of a file that only its owner can read. Raises Unexpected."""
    try:
        place = path.resolve(strict=True)
        if not place.is_relative_to(path.parent.resolve()):  # a link within its folder is a mount
            raise Unexpected(f"{path} is a link out of its folder: name the file itself")
        descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its links go in a circle"
        raise Unexpected(f"{path} cannot be read ({reason}): name a file with the secret") from None
    try:
        _require_private(path, os.fstat(descriptor), strangers)
        raw = os.read(descriptor, LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(raw) > LARGEST:
        raise Unexpected(f"{path} has more than {LARGEST} bytes: that is no secret")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Unexpected(f"{path} is not UTF-8: that is no secret") from None


def _require_private(path: Path, found: os.stat_result, strangers: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise Unexpected(f"{path} is no file: name a file with the secret")
    if found.st_uid not in {os.geteuid(), 0}:
        raise Unexpected(f"{path} belongs to somebody else: chown {os.geteuid()} {path}")
    if found.st_mode & strangers:
        raise Unexpected(f"{path} can be used by others than its owner: chmod 600 {path}")
