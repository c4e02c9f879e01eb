"""The simulated venue, whole: engines, market data, traders, accounts, and a face for each family.

It is synchronous and has no clock but its agenda: whoever owns time runs that, and whoever has a
wire hands requests and WebSockets to the venue, which is a `Door`. After each change of an engine
`settle` lets market data and accounts hear of it, at that time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from ...actors.matching.clearing import SpotClearing
from ...actors.matching.engine import MatchingEngine
from ...actors.matching.futures import FuturesClearing
from ...actors.matching.markets import ATOM_DIGITS
from ...actors.matching.values import AccountId, Family
from ...runtime import Millis
from ...runtime.chance import stream
from ...runtime.errors import UsageError
from .access.keys import ApiKey, KeyRing, Secret, draw_key
from .accounts import AccountEntry, AccountPlan
from .agenda import Agenda
from .config import VenueConfig
from .dialect.numbers import parse, rescale
from .dialect.routes import NOT_FOUND, html
from .exchange import Exchange, Setting
from .faults.clock import VenueClock
from .futures.exchange import coin_m, usd_m
from .hub import Hub
from .hub_requests import WishRefused
from .market.feeds import Feeds
from .offer import Offer, together, under
from .spot.exchange import SpotExchange
from .staging import SharedPaths, Staging, open_engine
from .wire.messages import Request, Response, Session, SocketHandler
from .wire.strikes import Faults, NoFaults

BAD_REQUEST: Final = 400
RATE_DIGITS: Final = 8
Maker = Callable[[Setting], Exchange]

EXCHANGES: Final[Mapping[Family, Maker]] = MappingProxyType(
    {"spot": SpotExchange, "linear": usd_m, "inverse": coin_m}
)
PATHS: Final[tuple[tuple[str, Family], ...]] = (
    ("/api/", "spot"),
    ("/sapi/", "spot"),
    ("/fapi/", "linear"),
    ("/futures/", "linear"),
    ("/dapi/", "inverse"),
)
SOCKETS: Final[tuple[tuple[str, Family], ...]] = (
    ("/spot", "spot"),
    ("/usdm", "linear"),
    ("/coinm", "inverse"),
)


class Venue:
    """A venue made from its config; nothing moves before `start`.

    faults: asked at each push; the wire asks the same plan itself.
    """

    def __init__(self, config: VenueConfig) -> None:
        self.config = config.checked()
        self.agenda = Agenda(config.start)
        self.clock = VenueClock(self.agenda)
        self.keys = KeyRing()
        self.faults: Faults = NoFaults()
        self.accounts: dict[AccountId, AccountEntry] = {}
        self.engines: dict[Family, MatchingEngine] = {}
        self.feeds: dict[Family, Feeds] = {}
        self.hubs: dict[Family, Hub] = {}
        self.exchanges: dict[Family, Exchange] = {}
        self._stagings: dict[Family, Staging] = {}
        self._paths = SharedPaths(config.seed, config.start)
        self._has_started = False
        self._names: dict[str, AccountId] = {}
        for family in config.families():
            self._open_family(family)
        for number, plan in enumerate(config.accounts, start=1):
            self._open_account(AccountId(number), plan)
        for staging in self._stagings.values():
            staging.settle_in()
        self.settle()

    @property
    def now(self) -> Millis:
        """The time by which things happen; what the venue says that it is, is `clock.now()`."""
        return self.agenda.now

    def start(self) -> None:
        """Let the traders and the replays begin, at the time that it is; they begin once."""
        if self._has_started:
            return
        self._has_started = True
        for staging in self._stagings.values():
            staging.start()
        self.settle()

    def run_to(self, moment: Millis) -> None:
        """Let everything happen up to and at `moment`."""
        self.agenda.run_to(moment)

    def use_faults(self, faults: Faults) -> None:
        """Let pushes go wrong by this plan from now on."""
        self.faults = faults
        for hub in self.hubs.values():
            hub.faults = faults

    def settle(self) -> None:
        """Tell market data and accounts what the engines did since the last time."""
        for family, engine in self.engines.items():
            while engine.events:
                events = engine.take_events()
                self.exchanges[family].take(events)
                self.feeds[family].take(events)

    # -- accounts

    def account(self, name: str) -> AccountId:
        """The number of an account by its name."""
        if name not in self._names:
            known = ", ".join(self._names) or "none"
            raise UsageError(f"no account {name!r}; there are {known}")
        return self._names[name]

    def api_key(self, name: str) -> ApiKey:
        """The first API key of an account by its name."""
        return self.keys.of_account(self.account(name))[0]

    def account_of(self, key: str) -> AccountId | None:
        """Whose API key it is."""
        found = self.keys.get(key)
        return None if found is None else found.account

    def offer(self) -> Offer:
        """What it offers, by name."""
        offers: list[Offer] = []
        for prefix, family in SOCKETS:
            if family in self.exchanges:
                offer = self.exchanges[family].offer()
                offers.append(under(prefix, offer))
                if family == "spot":
                    offers.append(offer)  # its paths need no prefix
        return together(offers)

    # -- as a `Door`

    def request(self, request: Request) -> Response:
        """Answer an HTTP request."""
        for prefix, family in PATHS:
            if request.path.startswith(prefix) and family in self.exchanges:
                return self.exchanges[family].request(request)
        return html(NOT_FOUND, "404 Not found")

    def socket(self, request: Request, session: Session) -> SocketHandler | Response:
        """Take a WebSocket: plain paths are spot's, others have the prefix of their family."""
        chosen: Family = "spot"
        path = request.path
        for prefix, family in SOCKETS:
            if path == prefix or path.startswith(f"{prefix}/"):
                chosen, path = family, path[len(prefix) :]
                break
        exchange = self.exchanges.get(chosen)
        try:
            taken = None if exchange is None else exchange.socket(request, session, path)
        except WishRefused as refused:
            return Response(BAD_REQUEST, msgspec.json.encode(refused.body))
        return html(NOT_FOUND, "404 Not found") if taken is None else taken

    # -- for those who strike it

    def move_quotes(self, family: Family, symbol: str, price: int) -> None:
        """Let those who quote in a market go along to where somebody has moved it."""
        self._stagings[family].move_to(symbol, price)

    def expire_listen_keys(self) -> None:
        """End every listen key and every subscription to user data."""
        for exchange in self.exchanges.values():
            exchange.expire_listen_keys()

    def announce_shutdown(self) -> None:
        """Tell every WebSocket that the venue goes down."""
        for exchange in self.exchanges.values():
            exchange.announce_shutdown()

    def close_sockets(self, code: int, reason: str) -> None:
        """Close every WebSocket."""
        for exchange in self.exchanges.values():
            exchange.close_sockets(code, reason)

    # -- inside

    def _open_family(self, family: Family) -> None:
        config = self.config
        clearing = SpotClearing() if family == "spot" else FuturesClearing(history=config.history)
        engine = self.engines[family] = open_engine(config, family, clearing)
        staging = Staging(config, family, engine, self.agenda, self.settle, self._paths)
        self._stagings[family] = staging
        self.feeds[family] = staging.feeds
        rules = config.spot_hub if family == "spot" else config.futures_hub
        hub = self.hubs[family] = Hub(self.agenda, self.faults, rules)
        self.exchanges[family] = EXCHANGES[family](
            Setting(
                engine=engine,
                feeds=staging.feeds,
                agenda=self.agenda,
                hub=hub,
                keys=self.keys,
                limits=config.spot_limits if family == "spot" else config.futures_limits,
                told=self.clock.now,
                holds_timestamps=config.holds_timestamps,
                settle=self.settle,
                clients=self.accounts,
                entry=self.accounts.__getitem__,
                chance=stream(config.seed, f"venue/{family}/ids"),
            )
        )

    def _open_account(self, number: AccountId, plan: AccountPlan) -> None:
        entry = AccountEntry(
            number, plan.name, _rate(plan.maker), _rate(plan.taker), plan.fee_asset or None
        )
        self.accounts[number] = entry
        self._names[plan.name] = number
        chance = stream(self.config.seed, f"venue/account/{plan.name}")
        key, secret = draw_key(chance), draw_key(chance)
        self.keys.add(
            ApiKey(
                key=plan.key or key,
                secret=Secret(plan.secret or secret),
                account=number,
                permissions=plan.permissions,
                addresses=plan.addresses,
            )
        )
        for family, engine in self.engines.items():
            engine.clearing.open_account(
                number,
                maker=entry.maker,
                taker=entry.taker,
                fee_asset=entry.fee_asset if family == "spot" else None,
            )
            for asset, amount in plan.deposits.get(family, {}).items():
                engine.clearing.deposit(number, asset, _atoms(amount), self.now)


def _atoms(text: str) -> int:
    number = parse(text)
    atoms = None if number is None else rescale(*number, ATOM_DIGITS)
    if atoms is None:
        raise UsageError(f"an amount of {text!r} is none; write a plain decimal such as 10.5")
    return atoms


def _rate(text: str) -> int | None:
    if not text:
        return None
    number = parse(text.removeprefix("-"))
    rate = None if number is None else rescale(*number, RATE_DIGITS)
    if rate is None:
        raise UsageError(f"a fee of {text!r} is none; write a plain decimal such as 0.001")
    return -rate if text.startswith("-") else rate
