"""Holds the rules of a plan against a venue: what they name must be there, and able to be met.

It is the `Inspector` of a real venue. It looks, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from ....actors.matching.engine import MatchingEngine
from ....actors.matching.markets import ATOM_DIGITS, Market
from ....actors.matching.values import AccountId, Family
from ..offer import USER, Offer
from .bounds import decimals_of
from .errors import Flaw, nearest
from .families import family_and_market
from .plan import When, verb_name
from .request_verbs import Verb
from .state_verbs import EngineRestart
from .strike import glob
from .trading import AMOUNTS, OF_CONTRACTS, PRICES, RATE_DIGITS

RATES: Final = frozenset(("maker", "taker", "rate", "up_percent", "down_percent"))
OF_PRICE: Final = frozenset((*PRICES, "to", "mark", "index", "price"))
OF_AMOUNT: Final = frozenset((*AMOUNTS, "amount"))


class Survey:
    """What a venue has that a rule can name.

    accounts: the clients', by number.
    """

    def __init__(
        self,
        engines: Mapping[Family, MatchingEngine],
        accounts: Mapping[AccountId, object],
        offer: Offer,
    ) -> None:
        self._engines = engines
        self._accounts = accounts
        self._offer = offer
        self._met: dict[tuple[str, str, str], list[Flaw]] = {}  # a plan repeats its patterns

    # -- when

    def of_when(self, when: When, place: str) -> Iterator[Flaw]:
        """What can never be met here."""
        if when.account is not None and when.account not in self._accounts:
            yield self._no_account(when.account, f"{place}.account")
        if when.symbol:
            yield from self._of_symbol(when.symbol, f"{place}.symbol")
        if when.path:
            yield from self._of_path(when, f"{place}.path")
        if when.stream or when.event:
            yield from self._of_push(when, place)

    def _of_symbol(self, symbol: str, place: str) -> Iterator[Flaw]:
        family, market = family_and_market(symbol)
        if family is not None:
            yield Flaw(
                place,
                "no request or push says a family",
                f'write "{market}", and a path or stream of that family',
            )
        known = {name for engine in self._engines.values() for name in _names(engine)}
        if market.upper() not in known:
            yield Flaw(place, f"there is no market {market!r}", nearest(market.upper(), known))

    def _of_path(self, when: When, place: str) -> Iterator[Flaw]:
        pattern = glob(when.path)
        found = [each for each in self._offer.endpoints if pattern.fullmatch(each[1])]
        is_socket = any(_may_meet(when.path, root) for root in self._offer.sockets)
        if not found and not is_socket:
            paths = {path for _, path in self._offer.endpoints} | set(self._offer.sockets)
            yield Flaw(
                place,
                f"the venue has no {when.path!r}",
                _closest(when.path, paths, "see docs/venue.md for its endpoints"),
            )
            return
        methods = {method for method, _ in found} | ({"GET"} if is_socket else set())
        if when.method and when.method.upper() not in methods:
            yield Flaw(
                f"{place.removesuffix('path')}method",
                f"{when.path} takes no {when.method.upper()}",
                f"there is {', '.join(sorted(methods))}",
            )

    def _of_push(self, when: When, place: str) -> Iterator[Flaw]:
        symbol = when.symbol.upper()
        asked = (when.stream, when.event, symbol if symbol in self._symbols() else "")
        if asked not in self._met:
            self._met[asked] = list(self._of_messages(*asked))
        for flaw in self._met[asked]:
            yield Flaw(f"{place}{flaw.place}", flaw.problem, flaw.remedy)

    def _of_messages(self, stream: str, event: str, symbol: str) -> Iterator[Flaw]:
        heard = self._offer.heard
        streams, events = {each.stream for each in heard}, {each.event for each in heard}
        on, of = _meeting(stream, streams), _meeting(event, events)
        if not on:
            hint = _closest(stream, streams, f'"{USER}" is an account\'s own')
            yield Flaw(".stream", f"the venue has no stream {stream!r}", hint)
        if not of:
            yield Flaw(".event", f"there is no event {event!r}", nearest(event, events))
        if (
            on
            and of
            and not any(
                each.stream in on and each.event in of and symbol in ("", each.symbol.upper())
                for each in heard
            )
        ):
            said = " and ".join(filter(None, (stream, event, symbol)))
            yield Flaw("", f"no message is of {said}", "leave one of them out")

    # -- verbs

    def of_verb(self, verb: Verb, place: str) -> Iterator[Flaw]:
        """What cannot be struck here."""
        account = getattr(verb, "account", None)
        is_all = isinstance(verb, EngineRestart) and account == 0
        if account is not None and account not in self._accounts and not is_all:
            yield self._no_account(account, f"{place}: account")
        yield from self._of_asset(verb, place)
        symbol: str = getattr(verb, "symbol", "")
        market = None
        if symbol:
            market, flaw = self._market(verb_name(verb), symbol, f"{place}: symbol")
            if flaw is not None:
                yield flaw
                return
        elif hasattr(verb, "symbol") and not isinstance(verb, EngineRestart):
            yield Flaw(f"{place}: symbol", "names no market", nearest("", self._symbols()))
        yield from _of_digits(verb, market, place)

    def _market(self, verb: str, symbol: str, place: str) -> tuple[Market | None, Flaw | None]:
        """The market that a verb strikes, or why there is none."""
        family, name = family_and_market(symbol)
        fitting = {
            each: engine.markets
            for each, engine in self._engines.items()
            if family in {None, each} and (verb not in OF_CONTRACTS or each != "spot")
        }
        for markets in fitting.values():
            if name in markets:
                return markets[name], None
        problem = f"there is no market {name!r}"
        if verb in OF_CONTRACTS and name in self._symbols():
            problem = f"{name} is no contract"
        elif family is not None and name in self._symbols():
            problem = f"there is no market {name!r} in {symbol.partition(':')[0]}"
        known = {each for markets in fitting.values() for each in markets}
        hint = nearest(name.upper(), known) if known else "open a market of contracts"
        return None, Flaw(place, problem, hint)

    def _of_asset(self, verb: Verb, place: str) -> Iterator[Flaw]:
        for key in ("asset", "fee_asset"):
            asset: str | None = getattr(verb, key, None)
            known = set(self._assets())
            if asset is None or asset in known or (asset == "" and key == "fee_asset"):
                continue
            yield Flaw(f"{place}: {key}", f"nobody has {asset!r}", nearest(asset.upper(), known))

    def _assets(self) -> Iterator[str]:
        for engine in self._engines.values():
            for market in engine.markets.values():
                yield from (market.base, market.quote)
            for account in self._accounts:
                yield from engine.clearing.balances(account)

    def _symbols(self) -> set[str]:
        return {name for engine in self._engines.values() for name in engine.markets}

    def _no_account(self, account: int, place: str) -> Flaw:
        known = ", ".join(map(str, sorted(self._accounts))) or "none"
        return Flaw(place, f"there is no account {account}", f"there are {known}")


def _names(engine: MatchingEngine) -> Iterator[str]:
    """What requests call its markets: their symbols, and the pairs of contracts."""
    for market in engine.markets.values():
        yield market.symbol
        if market.contract is not None:
            yield market.contract.pair or market.symbol.partition("_")[0]


def _of_digits(verb: Verb, market: Market | None, place: str) -> Iterator[Flaw]:
    """Amounts and prices that the venue cannot hold."""
    for key in type(verb).__struct_fields__:
        value = getattr(verb, key)
        if not isinstance(value, Decimal) or key == "share" or not value.is_finite():
            continue
        digits = ATOM_DIGITS
        if key in RATES:
            digits = RATE_DIGITS
        elif market is not None and key in OF_PRICE:
            digits = market.price_digits
        elif market is not None and key in OF_AMOUNT:
            digits = market.amount_digits
        elif market is not None and key == "min_cost":
            digits = market.cost_digits
        if decimals_of(value) > digits:
            problem = f"{value} is no multiple of 10^-{digits}"
            yield Flaw(f"{place}: {key}", problem, "write fewer digits")


def _may_meet(pattern: str, root: str) -> bool:
    """Whether a WebSocket opens at `root`, or below it, that the pattern fits."""
    literal, star, _ = pattern.partition("*")
    if not star:
        return pattern == root or pattern.startswith(f"{root}/")
    return root.startswith(literal) or literal.startswith(f"{root}/")


def _meeting(pattern: str, names: Iterable[str]) -> set[str]:
    """The names that a pattern fits; without one all."""
    if not pattern:
        return set(names)
    fits = glob(pattern)
    return {name for name in names if fits.fullmatch(name)}


def _closest(word: str, names: set[str], other: str) -> str:
    """A name that may have been meant; there are too many to tell them all."""
    close = get_close_matches(word, sorted(names), n=1)
    return f"did you mean {close[0]}?" if close else other
