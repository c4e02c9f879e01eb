"""Every fault of market data, of the account's stream and of the way there that a venue can fire.

A card says what goes wrong and where, as in a plan of TOML; when it does is `plan`'s affair. Left
out is what nobody can tell from the truth: a snapshot's levels under another number are struck and
not held against anybody, but another market's book in place of this one's is not struck at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from ...actors.exchange.market_messages import Topic

Table: TypeAlias = Mapping[str, Any]
HTML: Final = "<html><body><h1>Just a moment</h1></body></html>"
BANNER: Final[Table] = MappingProxyType({"body": HTML, "content_type": "text/html"})
BROKEN: Final[Table] = MappingProxyType({"verb": "disconnect", "code": 1001, "reason": "struck"})
ANSWERS: Final[Mapping[Topic, str]] = MappingProxyType(
    {"trades": "aggTrades", "candles": "klines", "diffs": "depth", "ticker": "ticker/24hr"}
)
EVENTS: Final[Mapping[Topic, str]] = MappingProxyType(
    {
        "trades": "aggTrade",
        "candles": "kline",
        "diffs": "depthUpdate",
        "ticker": "24hrMiniTicker",
    }
)
TELLING: Final = ("kind", "messages", "updates", "hex", "times", "status")  # of equal verbs
TOPICS: Final[tuple[Topic, ...]] = ("trades", "candles", "diffs", "ticker")


@attrs.frozen
class Card:
    """One thing that goes wrong.

    face: what it strikes: messages of a topic, answers to requests for one, what is told to the
    account, the venue itself, or the client's own network.
    first: how many matches it strikes. lasts: how long it can, ms.
    then: the same moment's second blow, of the venue: a line that has to be opened anew, say.
    """

    code: str
    verb: Table
    face: Literal["push", "request", "user", "venue", "network"]
    topic: Topic | None = None
    first: int = 3
    lasts: int = 60_000
    then: Table | None = None

    @property
    def name(self) -> str:
        """Such as "M10 garbage nan diffs"."""
        verb = self.verb
        which = (str(verb[key]) for key in TELLING if key in verb)
        return " ".join(filter(None, (self.code, verb["verb"], *which, self.topic, self.face)))


def _on_messages() -> Iterator[Card]:
    for topic in TOPICS:
        yield Card("M4", {"verb": "mute", "time": "3m"}, "push", topic, 1, 180_000)
        yield Card("M5", {"verb": "half_open"}, "push", topic, 1)
        yield Card("M8", {"verb": "duplicate", "after": "3s"}, "push", topic, 10)
        yield Card("M8", {"verb": "reorder", "window": 3}, "push", topic, 3)
        yield Card("M8", {"verb": "redeliver", "count": 20}, "push", topic)
        yield Card("M9", {"verb": "drop"}, "push", topic, 1_000, 90_000)
        yield Card("E4", {"verb": "cut_frame", "sent": 9}, "push", topic, 1)
    yield Card("M1", {"verb": "gap", "messages": 1}, "push", "diffs", 2)
    yield Card("M1", {"verb": "gap", "messages": 5}, "push", "diffs", 1)
    yield Card("M3", {"verb": "crossed"}, "push", "diffs", 2)
    yield Card("M14", {"verb": "burst", "count": 2_000}, "push", "diffs", 1)
    yield Card("M14", {"verb": "burst", "count": 2_000}, "push", "ticker", 1)
    yield Card("M14", {"verb": "burst", "count": 2_000}, "push", "trades", 1)
    yield Card("M11", {"verb": "spike", "times": 10}, "push", "trades", 1)
    yield Card("M11", {"verb": "spike", "times": 10}, "push", "ticker", 2)
    yield Card("M11", {"verb": "spike", "over": 10, "times": 1}, "push", "ticker", 2)
    yield Card("E3", {"verb": "reset", "sent": 20}, "push", "diffs", 1)
    yield Card("E5", {"verb": "huge", "size": 2_000_000}, "push", "ticker", 1)
    yield Card("E6", {"verb": "frame", "hex": "830100"}, "push", "diffs", 1)
    yield Card("E6", {"verb": "frame", "hex": "8102c328"}, "push", "trades", 1)
    yield Card("E7", {"verb": "pings", "count": 100}, "push", "trades", 3)


def _nonsense() -> Iterator[Card]:
    kinds: tuple[tuple[str, str, tuple[Topic, ...]], ...] = (
        ("M10", "nan", TOPICS),
        ("M10", "bare_nan", ("trades", "diffs")),
        ("M10", "infinity", ("candles", "diffs")),
        ("M10", "negative", ("trades", "diffs")),
        ("M10", "negative_zero", ("trades", "diffs")),
        ("M10", "zero", ("trades", "candles")),
        ("M10", "huge", TOPICS),
        ("M10", "missing_field", ("trades", "diffs")),
        ("M10", "wrong_type", ("trades", "ticker")),
        ("M10", "not_json", ("candles", "diffs")),
        ("M10", "deep", ("trades",)),
        ("M12", "lower_symbol", ("trades", "diffs")),
        ("M12", "wrong_symbol", TOPICS),
        ("M12", "exponent", ("trades", "diffs", "candles")),
        ("M13", "microseconds", TOPICS),
        ("M13", "seconds", ("trades", "candles")),
        ("M13", "future", TOPICS),
        ("M13", "past", TOPICS),
    )
    for code, kind, topics in kinds:
        for topic in topics:
            yield Card(code, {"verb": "garbage", "kind": kind}, "push", topic)


def _on_answers() -> Iterator[Card]:
    for topic in TOPICS:
        yield Card("M5", {"verb": "half_open", "point": "after"}, "request", topic, 2)
        yield Card("E3", {"verb": "reset", "sent": 20, "point": "after"}, "request", topic)
        yield Card("E4", {"verb": "truncate", "missing": 12, "whole": True}, "request", topic)
        yield Card("E8", {"verb": "dribble", "size": 7, "every": "500ms"}, "request", topic, 2)
        yield Card("E9", {"verb": "body", **BANNER}, "request", topic)
        yield Card("E11", {"verb": "drop_request", "line": "close"}, "request", topic)
    yield Card("M2", {"verb": "stale_snapshot", "updates": 40}, "request", "diffs", 2)
    yield Card(
        "M2", {"verb": "stale_snapshot", "updates": 1_000}, "request", "diffs", 2, then=BROKEN
    )
    yield Card("M10", {"verb": "garbage", "kind": "nan"}, "request", "candles")
    yield Card("M10", {"verb": "garbage", "kind": "nan"}, "request", "diffs")
    yield Card("M10", {"verb": "garbage", "kind": "negative"}, "request", "trades")
    yield Card("M10", {"verb": "garbage", "kind": "deep"}, "request", "ticker")
    yield Card("M13", {"verb": "garbage", "kind": "microseconds"}, "request", "trades")
    yield Card("E9", {"verb": "body", "status": 403, **BANNER}, "request", "ticker")
    elsewhere = {"verb": "redirect", "location": "https://elsewhere.example"}
    yield Card("E10", elsewhere, "request", "candles")
    yield Card("E12", {"verb": "swap_bodies"}, "request", "ticker")


def _on_the_account() -> Iterator[Card]:
    verbs: tuple[tuple[str, Table], ...] = (
        ("B1", {"verb": "duplicate"}),
        ("B2", {"verb": "reorder", "window": 2}),
        ("B3", {"verb": "drop"}),
        ("B4", {"verb": "redeliver", "count": 3}),
        ("B8", {"verb": "reorder", "window": 3}),
        ("B13", {"verb": "garbage", "kind": "unknown_event"}),
        ("B13", {"verb": "garbage", "kind": "unknown_field"}),
        ("B14", {"verb": "garbage", "kind": "foreign_order"}),
        ("B15", {"verb": "delay", "time": "30s"}),
    )
    for code, verb in verbs:
        yield Card(code, verb, "user")


def _on_the_venue() -> Iterator[Card]:
    yield Card("M6", {"verb": "server_shutdown", "after": "10s"}, "venue", lasts=10_000)
    yield Card("M6", BROKEN, "venue", lasts=0)
    for status in (0, 429, 503):
        refused = {"verb": "refuse_connections", "time": "90s", "status": status}
        yield Card("M7", refused, "venue", lasts=90_000, then=BROKEN)
    yield Card("B5", {"verb": "expire_listen_keys"}, "venue", lasts=0)
    yield Card("B9", {"verb": "deposit", "asset": "USDT", "amount": 10}, "venue", lasts=0)
    yield Card("B10", {"verb": "set_fees", "maker": "-0.0001", "taker": "0.001"}, "venue", lasts=0)


def _on_the_network() -> Iterator[Card]:
    yield Card("E1", {"verb": "names"}, "network", lasts=40_000)
    yield Card("E1", {"verb": "cut"}, "network", lasts=40_000)


SILENT_DOOR: Final = Card("M15", {"verb": "mute"}, "request", None, 1, 60_000, BROKEN)
"""A handshake that is never answered, and with it no subscription."""


def cards() -> tuple[Card, ...]:
    """All of them, each another fault."""
    return (
        *_on_messages(),
        *_nonsense(),
        *_on_answers(),
        *_on_the_account(),
        *_on_the_venue(),
        *_on_the_network(),
        SILENT_DOOR,
    )
