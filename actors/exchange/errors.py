"""How a connector says no, and how it says that it does not know.

BenthicError
├─ UsageError
│  └─ NoTestnet         a sandbox was asked for where the venue has none
└─ Refusal
   ├─ Unsettled         a write may or may not have been done: look before anything is sent again
   ├─ VenueAway         no answer to a read, or a write of which nothing was sent
   │  └─ Barred         the venue takes no request before a time
   ├─ NotServed         the venue serves this bot no more, or not so; the same fails again
   │  ├─ KeyTrouble     the key is wrong or may not do this
   │  └─ RegionBlocked  it serves nobody from here
   ├─ NotListed         the venue has no such market
   ├─ NotOffered        the venue has no such data, or no such kind of order
   └─ UnsoundAnswer     the venue answered what cannot be; nothing of it was taken

A definite no to an order is `OrderRejected`, of `market.errors`. None of them carries a URL's
query, a header or a body: those may hold secrets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from ...runtime import Millis, Refusal, UsageError

_AWAY: Final = "; ask again later"
_KEY: Final = "; check the key, its permissions and its addresses"
_REGION: Final = "; trade at an exchange that serves this region, no key changes that"


def bare(venue: str, reason: str) -> str:
    """A reason without the words that one of these errors has put around it already."""
    for head in (f"{venue} does not answer: ", f"{venue} refuses the key: ", _blocked(venue)):
        reason = reason.removeprefix(head)
    return reason.removesuffix(_AWAY).removesuffix(_KEY).removesuffix(_REGION)


def not_served(venue: str, reason: str) -> NotServed:
    """The error of a line that is shut for good, by the reason that was told of it."""
    of_region = reason.startswith(_blocked(venue))
    return RegionBlocked(venue, reason) if of_region else KeyTrouble(venue, reason)


def _blocked(venue: str) -> str:
    return f"{venue} does not serve this region: "


def alike(text: str, known: Iterable[str]) -> list[str]:
    """Markets that somebody may mean who names one that is not there.

    >>> alike("btc/usdt", ["ETH/USDT", "BTC/USDT", "BTC/USDC"])
    ['BTC/USDT']
    """
    symbols = list(known)
    same = [each for each in symbols if each.lower() == text.lower()]
    return same or get_close_matches(text.upper(), symbols, n=2)


class NoTestnet(UsageError):
    """A sandbox was asked for where the venue has none."""

    def __init__(self, venue: str) -> None:
        super().__init__(f"{venue} has no testnet: trade it live, or on paper")
        self.venue = venue


class Unsettled(Refusal):
    """A write went out and no answer tells what became of it."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what}: it is not known whether it was done ({reason}); look it up")
        self.what = what
        self.reason = reason


class VenueAway(Refusal):
    """The venue, or the way to it, gives no answer; ask again later."""

    def __init__(self, venue: str, reason: str) -> None:
        reason = bare(venue, reason)
        super().__init__(f"{venue} does not answer: {reason}{_AWAY}")
        self.venue = venue
        self.reason = reason


class Barred(VenueAway):
    """The venue takes no request before a time; nothing was sent."""

    def __init__(self, venue: str, reason: str, *, until: Millis) -> None:
        told = bare(venue, reason)
        end = f", until {until} ms"
        super().__init__(venue, told if told.endswith(end) else f"{told}{end}")
        self.until = until


class NotServed(Refusal):
    """The venue does not serve this bot, and asking again does not help; nothing was done."""

    def __init__(self, venue: str, reason: str, words: str) -> None:
        super().__init__(words)
        self.venue = venue
        self.reason = reason


class KeyTrouble(NotServed):
    """The venue does not accept the key, or not for this; nothing was done."""

    def __init__(self, venue: str, reason: str) -> None:
        reason = bare(venue, reason)
        super().__init__(venue, reason, f"{venue} refuses the key: {reason}{_KEY}")


class RegionBlocked(NotServed):
    """The venue serves nobody from here (451), or not this account here; nothing was done."""

    def __init__(self, venue: str, reason: str) -> None:
        reason = bare(venue, reason)
        super().__init__(venue, reason, f"{_blocked(venue)}{reason}{_REGION}")


class NotListed(Refusal):
    """The venue has no such market."""

    def __init__(self, venue: str, symbol: str, *, close: Sequence[str] = ()) -> None:
        hint = f"did you mean {' or '.join(close)}?" if close else "look at its list of markets"
        super().__init__(f"{venue} has no market {symbol}: {hint}")
        self.venue = venue
        self.symbol = symbol
        self.close = tuple(close)


class NotOffered(Refusal):
    """The venue has no candles of this pair and frame, or no such thing at all."""

    def __init__(self, symbol: str, what: str, offered: Sequence[str] = ()) -> None:
        known = ", ".join(offered) or "none"
        super().__init__(f"no {what} of {symbol} here: ask for one of these: {known}")
        self.symbol = symbol
        self.what = what
        self.offered = tuple(offered)


class UnsoundAnswer(Refusal):
    """The venue answered what cannot be: no number, the wrong market, a price below 0."""

    def __init__(self, venue: str, place: str, problem: str) -> None:
        super().__init__(f"{venue}: {place}: {problem}; nothing of this answer was taken")
        self.venue = venue
        self.place = place
        self.problem = problem
