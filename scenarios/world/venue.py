"""One simulated exchange of a world: what a script does to it, and what it knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

import msgspec

from ...actors.exchange.settings import Credentials, VenueSettings
from ...actors.market.symbol import Symbol
from ...runtime import Millis, chance
from ...runtime.secret import Secret
from ..errors import BadFault
from ..venue.access.keys import Permission
from ..venue.accounts import AccountPlan
from ..venue.config import MarketPlan, VenueConfig
from ..venue.faults.errors import BadPlan
from ..venue.faults.log import Fired
from ..venue.faults.plan import FaultPlan, Rule, When
from ..venue.faults.planned import PlannedFaults
from ..venue.faults.rules import rule_of
from ..venue.faults.state import put_in_force
from ..venue.venue import Venue
from ..venue.wire.connection import Wire
from ..venue.wire.driver import Driver
from ..venue.wire.limits import Limits
from ..venue.wire.memory import MemoryListener
from .amounts import check_one_of
from .armed import FaultList, said
from .oracle import Oracle
from .places import Place, caller
from .timeline import Timeline
from .wiretap import LOOKS, Hear, Wiretap

Liveliness = Literal["quiet", "traders"]
DEPOSITS: Final[Mapping[str, str]] = MappingProxyType({"USDT": "100000", "BTC": "2"})
DEFLATES: Final = 0.25
HISTORY: Final = 100_000  # ended orders that the oracle remembers
ACCOUNTS: Final = ("first", "second", "third")


class WorldVenue:
    """An exchange, its faults and its ends of the wire. speed: of its time, beside trio's."""

    def __init__(
        self,
        config: VenueConfig,
        name: str,
        faults: FaultList,
        timeline: Timeline,
        hear: Hear,
        *,
        speed: float = 1.0,
    ) -> None:
        self.name = name
        self.venue = Venue(config)
        self.planned: PlannedFaults = put_in_force(FaultPlan(seed=config.seed), self.venue)
        self.driver = Driver(self.venue.agenda, speed=speed)
        self.tap = Wiretap(self.planned, lambda: self.venue.agenda.now, timeline, hear)
        self.wire = Wire(
            self.venue, self.venue.agenda, limits=_limits(config.seed), faults=self.tap
        )
        self.listener = MemoryListener(self.wire, self.driver)
        self._pairs = tuple(str(market.pair) for market in config.markets)
        self._faults = faults
        self._rules: list[int] = []
        self._told = 0  # of the record's entries, those that the timeline has
        self._timeline = timeline
        self.venue.use_faults(self.tap)

    @property
    def now(self) -> Millis:
        """What time it is there, ms since 1970, whatever it tells."""
        return self.venue.agenda.now

    def oracle(self, account: str, pair: str) -> Oracle:
        """What is true of one account in one market."""
        return Oracle(self.venue, account, venue_symbol(pair))

    def looks(self, address: str) -> tuple[int, ...]:
        """How often each part of an account was read from an address, and answered."""
        return tuple(self.tap.looks[address, path] for path in LOOKS)

    def settings(self, account: str, more: Mapping[str, object]) -> VenueSettings:
        """How a bot reaches an account here. more: of `VenueSettings`."""
        key = self.venue.api_key(account)
        known: dict[str, Any] = {
            "name": "binance",
            "credentials": Credentials(Secret(key.key), Secret(key.secret.reveal())),
            **more,
        }
        return VenueSettings(**known)

    def check_pair(self, pair: str) -> None:
        """Raise BadFault where it never had such a market."""
        check_one_of("pair", pair, self._pairs)

    # -- faults

    def strike(self, fault: str, verb: str, *, when: Mapping[str, Any], **parameters: Any) -> None:
        """Put a rule in force, as a fault plan has it: see docs/faults.md. fault: its code."""
        self.put(self._rule(fault, verb, when, parameters, caller()), caller())

    def put(self, rule: Rule, place: Place) -> None:
        """Put a rule in force that was read already."""
        verb = str(type(rule.verb).__struct_config__.tag)
        told = {
            key: value
            for key, value in msgspec.to_builtins(rule.verb, enc_hook=str).items()
            if key != "verb"
        }
        when = {key: value for key, value in _said_of(rule.when).items() if value}
        words = f"{self.name}: {said(verb, {**told, 'when': when})}"
        if self._faults.arm(rule.fault, words, place):
            self._rules.append(self.planned.add(rule).number)

    def fire(self, fault: str, verb: str, **parameters: Any) -> None:
        """Let a verb of the venue strike now. Raises BadFault where it finds nothing to strike."""
        place = caller()
        rule = self._rule(fault, verb, {"at": 0}, parameters, place)
        if self._faults.arm(fault, f"{self.name}: {said(verb, parameters)}", place):
            fired = self.planned.fire(
                msgspec.structs.replace(rule, when=When()), cause="the script"
            )
            self.tell_faults()
            if fired.problem:
                raise BadFault(
                    str(place), f"{verb}: {fired.problem}", remedy="strike what is there"
                )

    def calm(self) -> None:
        """Take every rule out of force."""
        for number in self._rules:
            self.planned.remove(number)
        self._rules.clear()

    def fired(self) -> list[Fired]:
        """The faults that have struck, oldest first; of a great many the newest."""
        return self.planned.log.entries()

    def tell_faults(self) -> None:
        """Let the timeline have what fired since the last time."""
        for entry in self.planned.log.entries(after=self._told):
            self._told = entry.number
            problem = f" (nothing came of it: {entry.problem})" if entry.problem else ""
            self._timeline.note(
                "fault", entry.fault or "-", f"{entry.verb} on {entry.cause}{problem}"
            )

    # -- the market

    def move(self, pair: str, to: str) -> None:
        """Let a stranger move the market to a price (A11)."""
        self.fire("A11", "move_price", symbol=venue_symbol(pair), to=to)

    def halt(self, pair: str) -> None:
        """Let a market take no orders (C11)."""
        self.fire("C11", "halt", symbol=venue_symbol(pair))

    def resume(self, pair: str) -> None:
        """Let a halted market trade again."""
        self.fire("C11", "resume", symbol=venue_symbol(pair))

    def delist(self, pair: str) -> None:
        """Let a market go, and its orders with it (C11)."""
        self.fire("C11", "delist", symbol=venue_symbol(pair))

    def fill(self, pair: str, *, account: str = "first", share: str = "1") -> None:
        """Let a stranger trade with the open orders of an account."""
        number = self.venue.account(account)
        self.fire("A17", "fill", symbol=venue_symbol(pair), share=share, account=number)

    def deposit(self, asset: str, amount: str, *, account: str = "first") -> None:
        """Let money come without the bot (B9)."""
        number = self.venue.account(account)
        self.fire("B9", "deposit", asset=asset, amount=amount, account=number)

    def _rule(
        self,
        fault: str,
        verb: str,
        when: Mapping[str, Any],
        parameters: Mapping[str, Any],
        place: Place,
    ) -> Rule:
        table = {"fault": fault, "verb": verb, "when": dict(when), **parameters}
        try:
            return rule_of(table, place="fault", inspector=self.planned.inspector)
        except BadPlan as error:
            flaw = error.flaws[0]
            words = f"{flaw.place}: {flaw.problem}"
            raise BadFault(str(place), words, remedy=flaw.remedy) from error


def able(*permissions: Permission) -> Callable[[VenueConfig], VenueConfig]:
    """For `open_venue(change=…)`: what the keys of its accounts may do."""

    def change(config: VenueConfig) -> VenueConfig:
        allowed = frozenset(permissions)
        accounts = [msgspec.structs.replace(each, permissions=allowed) for each in config.accounts]
        return msgspec.structs.replace(config, accounts=tuple(accounts))

    return change


def venue_symbol(pair: str) -> str:
    """How the exchange writes a pair.

    >>> venue_symbol("BTC/USDT")
    'BTCUSDT'
    """
    symbol = Symbol.parse(pair)
    return f"{symbol.base}{symbol.quote}"


def config_of(
    pairs: tuple[str, ...],
    kind: Liveliness,
    seed: int,
    start: Millis,
    *,
    deposits: Mapping[str, str] = DEPOSITS,
    change: Callable[[VenueConfig], VenueConfig] | None = None,
) -> VenueConfig:
    """An exchange of these markets, with three accounts that hold the same.

    Raises BadFault where the kind is none of these two.
    """
    check_one_of("kind", kind, get_args(Liveliness))
    config = VenueConfig(
        markets=tuple(MarketPlan(pair=pair, kind=kind) for pair in pairs),
        accounts=tuple(
            AccountPlan(name=name, deposits={"spot": dict(deposits)}) for name in ACCOUNTS
        ),
        seed=seed,
        start=start,
        history=HISTORY,
    )
    return config if change is None else change(config)


def _limits(seed: int) -> Limits:
    """Compression is the same work again for each message: one world of four has it."""
    return Limits(deflates=chance.stream(seed, "compression").random() < DEFLATES)


def _said_of(when: When) -> dict[str, Any]:
    return {
        field.name: value
        for field in msgspec.structs.fields(When)
        if (value := getattr(when, field.name)) != field.default
    }
