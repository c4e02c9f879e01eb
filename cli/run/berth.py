"""What one bot needs before it is started: its file, its secrets, its account and its store.

Each is taken in this order and given back in reverse; what is missing is one error that says what
to do, and nothing of this bot has been started then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import attrs

from ...actors.bot.builder import Bot, ExchangeBuilder
from ...actors.bot.config import BotConfig
from ...actors.bot.credentials import venue_settings
from ...actors.bot.reading import load_config, require_runnable
from ...actors.bot.venue_contexts import live, paper
from ...actors.bot.venue_plan import account_at
from ...actors.exchange.bans import Ban, RecallBans
from ...actors.exchange.settings import VenueSettings
from ...actors.orders.model import Order
from ...runtime import LiveClock, Millis, UsageError
from ...runtime.secret import Secret
from ...storage.errors import StoreUnsound
from ...storage.folding import FOR_EVER
from ...storage.inspection import DATA_FILE
from ...storage.lease import take_lease
from ...storage.opening import open_store
from ...storage.order_store import OrderStore
from ...storage.reading import read_orders
from ...storage.store import Store
from ..exits import describe
from .fittings import Keeper
from .logs import Log

DAY: Final = 86_400_000  # ms


@attrs.frozen
class Berth:
    """A bot that is ready to be started."""

    bot: Bot
    settings: VenueSettings
    bans: tuple[Ban, ...]  # that its store remembers

    @property
    def name(self) -> str:
        """The bot's."""
        return self.bot.config.bot.name


def read_runnable(path: Path) -> BotConfig:
    """A bot file that says all that is needed to run it. Raises ConfigError."""
    config = load_config(path)
    require_runnable(config, path)
    return config


def prepare(
    config: BotConfig,
    path: Path,
    environment: Mapping[str, str],
    log: Log,
    held: ExitStack,
    *,
    keeper: Keeper = Store,
) -> Berth:
    """A bot with its secrets, account and store, which `held` gives back.

    keeper: makes the actor that writes the store. Raises ConfigError, AccountTaken, StoreError.
    """
    settings = venue_settings(config, environment, file=path)
    log.redactor.add(secrets_of(settings))
    folder = folder_of(config)
    if config.bot.context == "live":
        context = live(settings)
    else:
        context = paper(settings, resting(folder, account_at(config, "paper")))
    builder = ExchangeBuilder(config).in_context(context).told_to(log.say)
    credentials = settings.credentials
    if config.bot.context == "live" and credentials is not None:
        account = f"{config.account.name} at {settings.name}"
        key = f"{settings.address} {credentials.key.reveal()}"
        held.enter_context(take_lease(account, key, environment))
    store = held.enter_context(open_store(folder))
    fold_away(store, config, log)
    (bans,) = store.write([RecallBans(LiveClock().now())])
    bot = builder.with_store(lambda: keeper(store)).build()
    return Berth(bot, settings, bans if isinstance(bans, tuple) else ())


def fold_away(store: OrderStore, config: BotConfig, log: Log) -> None:
    """Let go of what the file says is not to be kept; a store that does not add up is left alone.

    Raises StoreError.
    """
    kept = None if config.store is None else config.store.history.days
    if kept is None:
        return
    before = FOR_EVER if kept == 0 else Millis(LiveClock().now() - kept * DAY)
    try:
        done = store.compact(before)
    except StoreUnsound as error:
        log.say("warning", "history kept", {"bot": config.bot.name, "reason": str(error)})
        return
    if done.commits:
        log.say("info", "history folded", {"bot": config.bot.name, "commits": done.commits})


def folder_of(config: BotConfig) -> Path:
    """Where the bot's orders are kept."""
    if config.store is None:
        raise UsageError("[store] path: name a folder")  # `read_runnable` has refused it before
    return config.store.path


def resting(folder: Path, account: str) -> tuple[Order, ...]:
    """The live orders of an account in a store that nobody has open; none where there is none."""
    if not (folder / DATA_FILE).exists():
        return ()
    return tuple(
        order for each in read_orders(folder) if each.name == account for order in each.orders
    )


def secrets_of(settings: VenueSettings) -> Iterator[Secret]:
    """All that must never be written."""
    if "@" in settings.proxy.reveal():  # else it is an address and no more
        yield settings.proxy
    if settings.credentials is not None:
        yield settings.credentials.key
        yield settings.credentials.secret
        yield settings.credentials.password


def reason_of(error: BaseException) -> str:
    """What is wrong, on one line."""
    return "; ".join(line.removeprefix("error: ") for line in describe(error))
