"""From the options to the config of a venue: which markets, how they move, who begins with what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from ...actors.market.symbol import Symbol
from ...actors.matching.values import Family
from ...runtime import Millis, UsageError
from ...scenarios.venue.accounts import AccountPlan
from ...scenarios.venue.config import FUTURES_HUB, MarketPlan, VenueConfig
from ...scenarios.venue.faults.bounds import is_amount
from ...scenarios.venue.faults.families import FAMILIES
from ...scenarios.venue.faults.plan import FaultPlan
from ...scenarios.venue.faults.state import inspector_of
from ...scenarios.venue.faults.toml import read_plan
from ...scenarios.venue.hub import HubRules
from ...scenarios.venue.market.paths import PathPlan, usual_price
from ...scenarios.venue.usual import usual_market
from ...scenarios.venue.venue import EXCHANGES, Venue
from .options import Markets
from .replayed import Recording, recordings, usual_symbols

ACCOUNT: Final = "client"
WORTH: Final = 100_000  # dollars of each asset that the account begins with, about

PATHS: Final[Mapping[str, PathPlan]] = MappingProxyType(
    {
        "seeded": PathPlan(),
        "trend": PathPlan(shape="trend"),
        "range": PathPlan(shape="range"),
        "gap": PathPlan(shape="gap"),
        "crash": PathPlan(shape="flash_crash"),
        "thin": PathPlan(shape="thin_book"),
    }
)

DOLLARS: Final = frozenset(("USD", "USDT", "USDC", "FDUSD", "TUSD", "BUSD"))
MARGINS: Final = frozenset(("USDT", "USDC"))  # what USD-M contracts are settled in
_ASSET: Final = re.compile(r"[A-Z0-9]{1,20}")


class House(msgspec.Struct, frozen=True):
    """What a venue is opened with.

    faults: the file of its fault plan. inputs: all files that it reads.
    """

    config: VenueConfig
    faults: Path | None = None
    inputs: tuple[Path, ...] = ()

    def plan(self, venue: Venue) -> FaultPlan:
        """The fault plan, held against the venue. Raises BadPlan or PlanUnreadable."""
        if self.faults is None:
            return FaultPlan()
        return read_plan(self.faults, inspector=inspector_of(venue))


def furnish(options: Markets, usual_start: Millis, *, speed: float = 1.0) -> House:
    """The venue that the options ask for. Raises UsageError or TapeError.

    usual_start: where its time begins unless an option or a recording says otherwise.
    speed: other than 1, its clock leaves those of its clients behind.
    """
    listings = _listings(options)
    found = recordings(options, sorted({str(pair) for pair, _ in listings}))
    start = _start(options, found, usual_start)
    markets = tuple(_market(options, pair, family, found) for pair, family in listings)
    account = AccountPlan(name=ACCOUNT, deposits=_deposits(options.deposits, markets))
    config = VenueConfig(
        markets=markets,
        accounts=(account,),
        seed=options.seed,
        start=start,
        holds_timestamps=speed == 1 and start == usual_start,
        spot_hub=patient(HubRules(), speed),
        futures_hub=patient(FUTURES_HUB, speed),
    )
    inputs = [each.file for each in found.values()]
    if options.faults is not None:
        inputs.append(options.faults)
    return House(config, options.faults, tuple(inputs))


def patient(rules: HubRules, speed: float) -> HubRules:
    """The same pings and pongs by the client's clock, however fast the venue's runs."""
    pace = max(1, round(speed))
    return msgspec.structs.replace(
        rules, ping_every=rules.ping_every * pace, pong_within=rules.pong_within * pace
    )


def family_name(family: Family) -> str:
    """As people call it."""
    return next(name for name, each in FAMILIES.items() if each == family)


# -- symbols and families


def _listings(options: Markets) -> list[tuple[Symbol, Family]]:
    """Each pair and family to open, without repetitions; the pair as the family writes it."""
    symbols = usual_symbols(options) if options.symbols is None else options.symbols
    names = [text.strip() for text in symbols.split(",") if text.strip()]
    if not names:
        raise UsageError("--symbols names none; write pairs such as BTC/USDT,ETH/USDT")
    families = _families(options)
    found = {listing: None for name in names for listing in _listed(name, families)}
    if not found:
        raise UsageError(
            f"--symbols {symbols}: none of them can be opened in "
            f"{', '.join(map(family_name, families))}; name a pair in dollars, or more --families"
        )
    return list(found)


def _families(options: Markets) -> tuple[Family, ...]:
    there: dict[str, Family] = {
        name: family for name, family in FAMILIES.items() if family in EXCHANGES
    }
    if options.families is None:
        usual = [name for name in there if name != "coinm" or options.market != "replay"]
        return tuple(there[name] for name in usual)
    names = [name.strip() for name in options.families.split(",") if name.strip()]
    for name in names:
        if name not in there:
            close = get_close_matches(name.lower(), there, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(there)}"
            raise UsageError(f"--families: there is no {name!r}; {hint}")
    if not names:
        raise UsageError(f"--families names none; there are {', '.join(there)}")
    return tuple(there[name] for name in there if name in names)


def _listed(name: str, families: tuple[Family, ...]) -> Iterator[tuple[Symbol, Family]]:
    """The markets that a name stands for."""
    pair, colon, margin = name.partition(":")
    symbol = _pair(pair, name)
    if not colon:
        for family in families:
            if family == "spot" or (family == "linear" and symbol.quote in MARGINS):
                yield symbol, family
            elif family == "inverse" and symbol.quote in DOLLARS:
                yield Symbol(symbol.base, "USD"), family
    elif margin == symbol.quote and margin in MARGINS:
        yield symbol, "linear"
    elif margin == symbol.base and symbol.quote == "USD":
        yield symbol, "inverse"
    else:
        raise UsageError(
            f"--symbols {name}: there is no such contract; write BTC/USDT:USDT or BTC/USD:BTC"
        )


def _pair(text: str, name: str) -> Symbol:
    base, _, quote = text.partition("/")
    if _ASSET.fullmatch(base) and _ASSET.fullmatch(quote) and base != quote:
        return Symbol(base, quote)
    raise UsageError(f"--symbols {name}: no pair; {_meant(text.upper())}")


def _meant(text: str) -> str:
    """What somebody may have wanted to write."""
    letters = re.sub(r"[^A-Z0-9]", "", text)
    for quote in sorted(DOLLARS | {"BTC", "ETH", "BNB", "EUR"}, key=len, reverse=True):
        base = letters.removesuffix(quote)
        if base not in {letters, ""} and _ASSET.fullmatch(base):
            return f"did you mean {base}/{quote}?"
    return "write BASE/QUOTE in capitals, such as BTC/USDT"


# -- markets


def _market(
    options: Markets, pair: Symbol, family: Family, found: Mapping[str, Recording]
) -> MarketPlan:
    if options.market != "replay":
        return MarketPlan(pair=str(pair), family=family, path=PATHS[options.market])
    recording = found[str(pair)]
    return MarketPlan(
        pair=str(pair),
        family=family,
        kind="replay",
        tape=recording.tape,
        trades=recording.trades,
        price=_on_tick(recording.price, pair, family) if recording.price else "",
    )


def _on_tick(price: str, pair: Symbol, family: Family) -> str:
    return format(Decimal(price), f".{usual_market(str(pair), family).price_digits}f")


def _start(options: Markets, found: Mapping[str, Recording], usual: Millis) -> Millis:
    if options.start is None:
        return max((each.begin for each in found.values()), default=usual)
    try:
        when = datetime.fromisoformat(options.start)
    except ValueError:
        raise UsageError(
            f"--start {options.start!r} is no time; write one as 2026-01-01T00:00"
        ) from None
    start = Millis(int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000))
    if start <= 0:
        raise UsageError(f"--start {options.start} lies before 1970; give a later time")
    return start


# -- the account


def _deposits(said: str | None, markets: tuple[MarketPlan, ...]) -> dict[str, dict[str, str]]:
    """By family and asset; what is said goes to every family that uses the asset."""
    used: dict[str, dict[str, None]] = {}
    for plan in markets:
        market = plan.market()
        held = (
            (market.base, market.quote)
            if market.contract is None
            else (market.contract.margin_asset,)
        )
        used.setdefault(plan.family, {}).update(dict.fromkeys(held))
    if said is None:
        return {family: {each: _usual(each) for each in held} for family, held in used.items()}
    parts = [_deposit(part) for part in said.split(",") if part.strip()]
    given = dict(parts)
    if len(given) < len(parts):
        raise UsageError(f"--deposits {said}: names an asset twice; keep one")
    for asset in given:
        if not any(asset in held for held in used.values()):
            known = ", ".join(sorted({each for held in used.values() for each in held}))
            raise UsageError(f"--deposits: no market uses {asset}; there are {known}")
    return {
        family: {asset: amount for asset, amount in given.items() if asset in held}
        for family, held in used.items()
    }


def _deposit(part: str) -> tuple[str, str]:
    asset, _, amount = part.strip().partition("=")
    try:
        number = Decimal(amount)
    except InvalidOperation:
        number = Decimal(-1)
    if not asset or not number.is_finite() or number < 0 or not is_amount(number):
        raise UsageError(f"--deposits {part.strip()!r}: write ASSET=AMOUNT, such as USDT=1000")
    return asset, format(number, "f")


def _usual(asset: str) -> str:
    worth = 1.0 if asset in DOLLARS else usual_price(asset, "USDT")
    return format(Decimal(f"{WORTH / worth:.0e}"), "f")
