"""Whether a bot file and the venue's listing agree on the market. Pure.

What the file leaves out the listing says; where both say it, they must say the same: a step that
changed at the venue is for a person to look at, not for a bot to trade on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from ..exchange.adapters.adapter import KeyPermissions
from ..exchange.adapters.capabilities import Capabilities
from ..exchange.errors import NotListed, NotOffered, alike
from ..feeds.higher_frames import fits
from ..market.instrument import Instrument
from ..market.listing import Listing
from ..market.symbol import Symbol
from .config import BotConfig, MarketSection, Withdrawals
from .errors import LineShut, MarketDiffers

_KEYS: Final = ("amount_step", "price_step", "min_amount", "min_cost")


def listing_of(symbol: Symbol, listings: Iterable[Listing], *, venue: str) -> Listing:
    """A market that the file names. Raises NotListed, with names that are close to it."""
    name = str(symbol)
    names: list[str] = []
    for listing in listings:
        if str(listing.symbol) == name:
            return listing
        names.append(str(listing.symbol))
    raise NotListed(venue, name, close=alike(name, names))


def fitted(market: MarketSection, listing: Listing, *, venue: str) -> Instrument:
    """The pair as the bot trades it. Raises MarketDiffers, which names every difference."""
    differences = tuple(_differences(market, listing.instrument))
    if differences:
        raise MarketDiffers(venue, str(market.symbol), differences)
    return listing.instrument


def require_frames(config: BotConfig, offered: Capabilities) -> None:
    """Raise NotOffered unless there are candles of all frames that the file names.

    That which is traded on is the venue's own; a higher one may be built from it.
    """
    base, *higher = config.frames
    missing = [base, *(frame for frame in higher if not fits(base, frame))]
    for frame in missing:
        if str(frame) not in offered.frames:
            raise NotOffered(str(config.market.symbol), f"candles of {frame}", offered.frames)


def require_fit_key(
    permissions: KeyPermissions | None, withdrawals: Withdrawals, *, venue: str
) -> str:
    """What is to be warned of about a key; empty where nothing is. Raises LineShut (I3, I4).

    permissions: None: the venue does not say.
    """
    if permissions is None:
        return "the venue does not say what the key may do: look that it cannot withdraw"
    if not permissions.can_trade:
        raise LineShut(venue, "the key may not trade: allow it there, or make another key")
    if permissions.can_withdraw and withdrawals == "refuse":
        raise LineShut(
            venue,
            "the key can withdraw, and whoever steals it takes everything: take that permission "
            'from it, or write accept_withdrawals = "accept" in [exchange]',
        )
    words = ["can withdraw"] if permissions.can_withdraw else []
    words += [] if permissions.has_address_list else ["works from any address"]
    return f"the key {' and '.join(words)}" if words else ""


def _differences(market: MarketSection, listed: Instrument) -> Iterator[str]:
    for key in _KEYS:
        said: Decimal | None = getattr(market, key)
        if said is not None and said != getattr(listed, key):
            yield f"market.{key} is {said} in the file and {getattr(listed, key)} at the venue"
    fees = market.fees
    if fees is None:
        return
    for key in ("maker", "taker"):
        share, known = getattr(fees, key), getattr(listed.fees, key)
        if share != known:
            yield f"market.fees.{key} is {share} in the file and {known} at the venue"
