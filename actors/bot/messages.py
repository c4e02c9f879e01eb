"""What the actors of the root are asked and told: which exchanges there are, and how they open."""

from __future__ import annotations

from typing import Literal

import msgspec

from ...runtime import Ask, Millis, Tell
from ..exchange.messages import Line
from .paths import Paths

OpeningState = Literal[
    "waiting",  # for the line, or for the market to open
    "opening",  # the listing is read, and the actors that need it are started
    "open",  # all of the bot runs
    "refused",  # for good: the reason says why
]


class Opening(msgspec.Struct, frozen=True):
    """How far a bot is with its venue."""

    state: OpeningState
    since: Millis
    reason: str = ""  # why it is not open; of an open one what is to be warned of


class GetOpening(msgspec.Struct, Ask[Opening], frozen=True, gc=False):
    """How far it is now."""


class OpeningChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """It is not as it was. Published."""

    opening: Opening


class Refused(msgspec.Struct, Tell, frozen=True):
    """The bot cannot trade, and waiting does not help. Published, once in an incarnation."""

    bot: str  # its name
    error: Exception


class Exchange(msgspec.Struct, frozen=True):
    """One bot at one venue."""

    id: str  # "first@binance/live": bot, venue and context; one of a kind
    name: str  # the venue's: "binance"
    bot: str
    context: str  # "live", "paper", "simulation"
    account: str
    symbol: str  # that it trades
    paths: Paths
    line: Line | None = None  # None: nothing is known of it yet
    opening: Opening | None = None
    followed: tuple[str, ...] = ()  # symbols that have a feed, `symbol` among them


class EnlistExchange(msgspec.Struct, Tell, frozen=True):
    """An exchange is there, or is not as it was; the last word of one id counts."""

    exchange: Exchange


class FindExchange(msgspec.Struct, Ask[Exchange], frozen=True, gc=False):
    """The exchange of an id, or of a venue's name where only one has it.

    Raises NoSuchExchange.
    """

    name: str


class ListExchanges(msgspec.Struct, Ask[tuple[Exchange, ...]], frozen=True, gc=False):
    """All exchanges, by id."""
