"""What `benthic doctor BOT.toml` looks at: everything that a bot needs, without trading.

Each look is one line with what to do about it. Where one fails, those that build on it are left
out. Nothing is changed: no store is made, no order is placed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Literal

import attrs
import trio

from ..actors.bot.bans import SharedBans
from ..actors.bot.config import BotConfig
from ..actors.bot.contexts import AtVenue
from ..actors.bot.credentials import venue_settings
from ..actors.bot.errors import BotRefused, ConfigError
from ..actors.bot.fitting import fitted, listing_of, require_fit_key, require_frames
from ..actors.bot.paths import BOTS, BUDGETS, MARKETS, budget_of, name_of_budget
from ..actors.bot.reading import load_config, require_runnable
from ..actors.bot.root import root_tree
from ..actors.bot.venue_contexts import live, paper
from ..actors.ccxt_trio.audit import audit
from ..actors.exchange.adapters.capabilities import GetCapabilities
from ..actors.exchange.bans import Ban
from ..actors.exchange.budget import GetBar
from ..actors.exchange.ccxt_connector import (
    CcxtConnector,
    GetClockError,
    GetPermissions,
)
from ..actors.exchange.messages import FetchListings, GetLine, Line
from ..actors.exchange.settings import VenueSettings
from ..runtime import AskError, Child, LiveClock, Ref, Refusal, Supervisor, System
from ..storage.errors import StoreError, StoreOlder
from ..storage.folder import NETWORKS, file_system_of, writer_of
from ..storage.inspection import DATA_FILE
from ..storage.reading import Survey, survey_store

PATIENCE: Final = 30.0  # s for the line to come up, or to be shut
LOOK: Final = 0.1  # s between two looks at it
DRIFT: Final = 1_000  # ms that the clocks may differ
CONNECTOR: Final = "connector"
PROBE: Final = "probe"

State = Literal["ok", "warning", "bad"]


@attrs.frozen
class Check:
    """What one look found."""

    name: str
    state: State
    text: str
    remedy: str = ""


def look_at_file(path: Path) -> tuple[BotConfig | None, VenueSettings | None, list[Check]]:
    """The bot file and its secrets."""
    try:
        config = load_config(path)
        require_runnable(config, path)
    except ConfigError as error:
        return None, None, [_bad("file", problem) for problem in map(str, error.problems)]
    checks = [Check("file", "ok", f"{path} can be run {config.bot.context}")]
    try:
        settings = venue_settings(config, os.environ, file=path)
    except ConfigError as error:
        return config, None, checks + [_bad("secrets", str(each)) for each in error.problems]
    count = len(config.references) if config.bot.context == "live" else 0
    checks.append(Check("secrets", "ok", f"{count} references lead to secrets"))
    return config, settings, checks


def look_at_store(config: BotConfig) -> tuple[list[Check], tuple[Ban, ...]]:
    """The store, and the bans that it remembers; it is read, also beside a bot that writes it."""
    if config.store is None:
        return [], ()
    path = config.store.path
    if file_system_of(path) in NETWORKS:
        return [_bad("store", f"{path} lies on a network", "give a path on a local disk")], ()
    if not (path / DATA_FILE).exists():
        return [Check("store", "ok", f"{path} is made at the first start")], ()
    try:
        found = survey_store(path, LiveClock().now())
    except StoreOlder as error:
        text = f"{path} has layout {error.found}: it will be migrated at start to {error.known}"
        return [Check("store", "warning", text, "nothing to do: a copy of the old one is kept")], ()
    except StoreError as error:
        return [_bad("store", str(error))], ()
    return [_surveyed(path, found)], found.bans


def _surveyed(path: Path, found: Survey) -> Check:
    if found.violations:
        return _bad("store", f"{path}: {len(found.violations)} violations", "see `benthic check`")
    writer = writer_of(path)
    use = "" if writer is None else f", and process {writer} writes it now"
    return Check("store", "ok", f"{path} is whole{use}")


def look_at_ccxt() -> Iterator[Check]:
    """The ccxt that is installed."""
    found = audit()
    if found.broken:
        remedy = "install the ccxt that benthic names, and see `benthic doctor ccxt`"
        yield _bad("ccxt", f"{found.version}: {len(found.broken)} findings", remedy)
    else:
        yield Check("ccxt", "ok", found.version)


async def look_at_venue(
    config: BotConfig, settings: VenueSettings, bans: Sequence[Ban] = ()
) -> list[Check]:
    """The way to the venue, its clock, the key, the market, the rate budget.

    bans: what the store remembers: a venue that serves this address no more is not asked.
    """
    context = live(settings) if config.bot.context == "live" else paper(settings)
    known = partial(SharedBans, bans)
    system = System(root_tree([settings], [_probe(config, context)], bans=known))
    async with trio.open_nursery() as nursery:
        await nursery.start(system.run)
        checks = await _asked(config, context, system)
        await system.stop()
    return checks


def _probe(config: BotConfig, context: AtVenue) -> Supervisor:
    def connector() -> CcxtConnector:
        return CcxtConnector(
            context.settings,
            symbols=[str(config.market.symbol)],
            markets=MARKETS,
            budget=budget_of(context.settings.address),
            network=context.network,
        )

    return Supervisor(PROBE, [Child(CONNECTOR, connector)])


async def _asked(config: BotConfig, context: AtVenue, system: System) -> list[Check]:
    checks: list[Check] = []
    venue = context.settings.name
    connector = system.lookup(f"{BOTS}/{PROBE}/{CONNECTOR}")
    road = "through a proxy" if context.settings.proxy else "directly, without a proxy"
    line = await _settled(connector)
    budget = system.lookup(f"{BUDGETS}/{name_of_budget(context.settings.address)}")
    bar = await budget.ask(GetBar())
    if bar is None:
        checks.append(Check("rate budget", "ok", "the venue takes requests from this address"))
    else:
        ends = datetime.fromtimestamp(bar.until / 1000, UTC).isoformat(timespec="seconds")
        text = f"{venue} takes no request from this address until {ends}: {bar.reason}"
        checks.append(_bad("rate budget", text, "wait until then"))
    if line.state != "up":
        remedy = "see to the key" if line.state == "shut" else "see to the network, or wait"
        return [*checks, _bad("line", f"{venue}, {road}: {line.state}: {line.reason}", remedy)]
    checks.append(Check("line", "ok", f"{venue} answers, {road}"))
    for look in (_clock, _key, _market):
        try:
            checks.append(await look(config, context, connector))
        except (BotRefused, Refusal, AskError) as error:
            checks.append(_bad(look.__name__.strip("_"), str(error)))
    return checks


async def _settled(connector: Ref) -> Line:
    """How the line stands once that is known, or when nobody waits any more."""
    line = await connector.ask(GetLine())
    with trio.move_on_after(PATIENCE):
        while line.state == "opening":
            await trio.sleep(LOOK)
            line = await connector.ask(GetLine())
    return line


async def _clock(config: BotConfig, context: AtVenue, connector: Ref) -> Check:
    del config, context
    error = await connector.ask(GetClockError())
    text = f"the venue's clock is {error:+d} ms from ours"
    if abs(error) > DRIFT:
        return Check("clock", "warning", text, "synchronise this machine's clock, with chrony")
    return Check("clock", "ok", text)


async def _key(config: BotConfig, context: AtVenue, connector: Ref) -> Check:
    exchange = config.exchange
    if context.settings.credentials is None or exchange is None:
        return Check("key", "ok", "none is needed: nothing is signed")
    permissions = await connector.ask(GetPermissions())
    warning = require_fit_key(permissions, exchange.accept_withdrawals, venue=exchange.name)
    if warning:
        return Check("key", "warning", warning, "bind it to this machine's address at the venue")
    return Check("key", "ok", "may trade, may not withdraw, works from listed addresses")


async def _market(config: BotConfig, context: AtVenue, connector: Ref) -> Check:
    venue, market = context.settings.name, config.market
    listings = await connector.ask(FetchListings())
    listing = listing_of(market.symbol, listings, venue=venue)
    for symbol in config.feeds.symbols:
        listing_of(symbol, listings, venue=venue)
    instrument = fitted(market, listing, venue=venue)
    require_frames(config, await connector.ask(GetCapabilities()))
    text = (
        f"{market.symbol} on {market.time_frame}: steps of {instrument.amount_step} and "
        f"{instrument.price_step}, at least {instrument.min_amount} and {instrument.min_cost}"
    )
    if not listing.is_open:
        return Check("market", "warning", f"{text}; closed", "the bot waits until it opens")
    return Check("market", "ok", text)


def _bad(name: str, text: str, remedy: str = "") -> Check:
    return Check(name, "bad", text, remedy)
