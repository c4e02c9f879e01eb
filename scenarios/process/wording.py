"""What passes between a scenario and the hand in a real process: lines of JSON over its pipes.

    {"number": 1, "ask": {"do": "place", …}}  ->  {"number": 1, "order": […]}
                                              or  {"number": 1, "refusal": "…"}

The last word of a process that dies at a named instant is `{"died": "before_fill"}`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

import msgspec

from ...actors.market.side import Purpose, Side
from ...actors.orders.model import Order

LONGEST: Final = 1 << 16  # bytes of a line


class Place(msgspec.Struct, frozen=True, tag_field="do", tag="place"):
    """Place an order through the desk."""

    side: Side
    amount: Decimal
    price: Decimal | None = None  # None: at market
    reference: Decimal | None = None  # what it is believed to trade at
    purpose: Purpose = "entry"


class Cancel(msgspec.Struct, frozen=True, tag_field="do", tag="cancel"):
    """Take an order back."""

    order_id: str


class Arm(msgspec.Struct, frozen=True, tag_field="do", tag="arm"):
    """Die at a named instant; nowhere where it has no name. at: the so-manieth from now on."""

    point: str = ""
    at: int = 1


class Asked(msgspec.Struct, frozen=True):
    """One question. number: the answer's as well."""

    number: int
    ask: Place | Cancel | Arm


class Answered(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of it."""

    number: int = 0
    order: Order | None = None
    refusal: str = ""  # nothing came of it, and why
    silence: str = ""  # nobody knows what came of it, and why
    read: int = 0  # no answer: so many accounts were read back from the store just now
    died: str = ""  # no answer: the last word of a process


Wish: TypeAlias = Place | Cancel | Arm

encode_asked: Final = msgspec.json.Encoder().encode
decode_asked: Final = msgspec.json.Decoder(Asked).decode
encode_answered: Final = msgspec.json.Encoder().encode
decode_answered: Final = msgspec.json.Decoder(Answered).decode
