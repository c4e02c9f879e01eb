"""What a verb's values must be beyond their types: finite, positive, printable, and not too much.

The most of a count or a size is what is of use: whatever is let through here is carried out without
making anybody else wait for longer than a blink.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import msgspec

from .errors import Flaw
from .push_verbs import Close, Frame
from .request_verbs import Body, Headers, RawBytes, Redirect, Status, Verb
from .span import Span
from .state_verbs import (
    ClockDrift,
    Disconnect,
    EngineRestart,
    Fill,
    ManualOrder,
    ServerShutdown,
    SetFees,
)

STATUSES: Final = range(200, 600)
RESETS: Final = ("refuse_connections", 0)  # without a status connections are reset
CLOSE_CODES: Final = frozenset((*range(1000, 1015), *range(3000, 5000))) - {1004, 1005, 1006}
LONGEST_REASON: Final = 123  # bytes that a close frame has for it
MILLION: Final = 10**6
LARGEST: Final = Decimal(10**15)  # amount, price or rate
DIGITS: Final = 28  # that decimals are reckoned in
MOST: Final[Mapping[str, int]] = MappingProxyType(
    {
        "burst.count": MILLION,
        "pings.count": MILLION,
        "gap.messages": MILLION,
        "spike.times": MILLION,
        "spike.over": MILLION,
        "stale_snapshot.updates": 10**12,
        "dribble.size": 4_000_000,
        "huge.size": 4_000_000,  # a little less than a client may be owed
        "reorder.window": 1_000,
        "redeliver.count": 1_000,  # so many are remembered
        "duplicate.times": 1_000,
        "change_filter.max_orders": MILLION,
    }
)
POSITIVE: Final = frozenset(
    ("count", "times", "window", "messages", "size", "amount", "tick", "step", "to", "mark", "over")
)
SIGNED: Final = frozenset(("code", "ppm", "by", "rate", "maker", "taker"))
CLIENT_ID: Final = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")
TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FIELD: Final = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")


def flaws_of(verb: Verb, place: str) -> Iterator[Flaw]:
    """What is wrong with the values of a verb; each flaw names the key."""
    name = str(type(verb).__struct_config__.tag)
    numbers: list[Flaw] = []
    for field in msgspec.structs.fields(verb):
        value = getattr(verb, field.name)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            numbers.extend(_number(name, field.name, value, f"{place}: {field.name}"))
    yield from numbers
    yield from _words(verb, place)
    if not numbers:
        yield from _shares(verb, place)
    yield from _header(verb, place)


def _number(verb: str, key: str, value: int | Decimal, place: str) -> Iterator[Flaw]:
    if isinstance(value, Decimal) and not value.is_finite():
        yield Flaw(place, f"{value} is no amount", "write a finite number")
        return
    if isinstance(value, Decimal) and not is_amount(value):
        yield Flaw(place, f"{value} is no amount of any market", "write up to 10^15, in 28 digits")
        return
    most = MOST.get(f"{verb}.{key}")
    if key not in SIGNED and (value < 0 or (value == 0 and key in POSITIVE)):
        yield Flaw(place, f"{value} is too little", "write more")
    elif most is not None and value > most:
        yield Flaw(place, f"{value} is too much", f"write at most {most}")
    elif key == "status" and value not in STATUSES and (verb, value) != RESETS:
        yield Flaw(place, f"{value} is no status of an answer", "write 200 to 599")


def is_amount(value: Decimal) -> bool:
    """Whether a finite number is one that a venue reckons with: not too large, nor too fine."""
    digits = value.as_tuple().digits
    return abs(value) <= LARGEST and max(len(digits), decimals_of(value)) <= DIGITS


def decimals_of(value: Decimal) -> int:
    """How many digits stand behind the point, without zeros at the end; the value is finite.

    >>> decimals_of(Decimal("1.50")), decimals_of(Decimal("1E+15")), decimals_of(Decimal("0"))
    (1, 0, 0)
    """
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or not any(digits):
        return 0
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(-exponent - zeros, 0)


def _words(verb: Verb, place: str) -> Iterator[Flaw]:
    """What a text must be to be sent."""
    if isinstance(verb, RawBytes | Frame):
        try:
            bytes.fromhex(verb.hex)
        except ValueError:
            yield Flaw(f"{place}: hex", "is not hexadecimal", "write two digits a byte")
    if isinstance(verb, Close | Disconnect | ServerShutdown) and verb.code not in CLOSE_CODES:
        yield Flaw(
            f"{place}: code",
            f"{verb.code} cannot be sent to close a WebSocket",
            "write 1000 to 1014 without 1004, 1005 and 1006, or 3000 to 4999",
        )
    if isinstance(verb, Close | Disconnect) and len(verb.reason.encode()) > LONGEST_REASON:
        yield Flaw(f"{place}: reason", "does not fit a close frame", "write up to 123 bytes")
    if isinstance(verb, ManualOrder) and CLIENT_ID.fullmatch(verb.client_id) is None:
        yield Flaw(
            f"{place}: client_id",
            f"{verb.client_id!r} is no client id",
            "write 1 to 36 letters, digits and . : / _ -",
        )


def _shares(verb: Verb, place: str) -> Iterator[Flaw]:
    if isinstance(verb, SetFees) and not (abs(verb.maker) < 1 and abs(verb.taker) < 1):
        yield Flaw(f"{place}: taker", "no rate reaches 1", 'write a share, as "0.001"')
    if isinstance(verb, EngineRestart) and not 0 <= verb.share <= 1:
        yield Flaw(f"{place}: share", f"{verb.share} is no share", "write up to 1")
    if isinstance(verb, Fill) and not 0 < verb.share <= 1:
        yield Flaw(f"{place}: share", f"{verb.share} is no share", "write more than 0, up to 1")
    if isinstance(verb, ClockDrift) and abs(verb.ppm) > MILLION:
        yield Flaw(f"{place}: ppm", f"{verb.ppm} is too much", "write -1000000 to 1000000")
    every = getattr(verb, "every", None)
    if isinstance(every, Span) and every == 0:
        yield Flaw(f"{place}: every", "0 is too little", "write at least 1 ms")


def _header(verb: Verb, place: str) -> Iterator[Flaw]:
    """Names and values that can stand in the head of an answer."""
    if isinstance(verb, Headers | Status):
        for name, value in verb.headers.items():
            if TOKEN.fullmatch(name) is None:
                yield Flaw(f"{place}: headers", f"{name!r} names no header", "write letters and -")
            if FIELD.fullmatch(value) is None:
                yield Flaw(f"{place}: headers: {name}", *_unsendable(value))
    if isinstance(verb, Redirect) and FIELD.fullmatch(verb.location) is None:
        yield Flaw(f"{place}: location", *_unsendable(verb.location))
    if isinstance(verb, Body) and FIELD.fullmatch(verb.content_type) is None:
        yield Flaw(f"{place}: content_type", *_unsendable(verb.content_type))


def _unsendable(value: str) -> tuple[str, str]:
    return (
        f"{value!r} cannot stand in a header",
        "write printable Latin-1 on one line; the verb bytes sends anything",
    )
