"""What passes between a scenario and the hand in a real process: lines of JSON over its pipes.

    {"number": 1, "ask": {"do": "place", "message": {…}}}  ->  {"number": 1, "orders": [[…]]}
                                                           or  {"number": 1, "refusal": "…"}

What the desk is asked is its own message as it stands, amounts and prices as text. The last word of
a process that dies at a named instant is `{"died": "before_fill"}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import msgspec

from ...actors.orders.drafts import EditOrder, PlaceOrders
from ...actors.orders.messages import CancelOrder, PlaceOrder
from ...actors.orders.model import Order
from ...runtime import Ask

LONGEST: Final = 1 << 16  # bytes of a line


class Place(msgspec.Struct, frozen=True, tag_field="do", tag="place"):
    """Place an order through the desk."""

    message: PlaceOrder


class PlaceAll(msgspec.Struct, frozen=True, tag_field="do", tag="place all"):
    """Place orders that belong together."""

    message: PlaceOrders


class Edit(msgspec.Struct, frozen=True, tag_field="do", tag="edit"):
    """Change an order."""

    message: EditOrder


class Cancel(msgspec.Struct, frozen=True, tag_field="do", tag="cancel"):
    """Take an order back."""

    message: CancelOrder


class Arm(msgspec.Struct, frozen=True, tag_field="do", tag="arm"):
    """Die at a named instant; nowhere where it has no name. at: the so-manieth from now on."""

    point: str = ""
    at: int = 1


class Asked(msgspec.Struct, frozen=True):
    """One question. number: the answer's as well."""

    number: int
    ask: Place | PlaceAll | Edit | Cancel | Arm


class Answered(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of it."""

    number: int = 0
    orders: tuple[Order, ...] = ()
    refusal: str = ""  # nothing came of it, and why
    silence: str = ""  # nobody knows what came of it, and why
    read: int = 0  # no answer: so many accounts were read back from the store just now
    died: str = ""  # no answer: the last word of a process


ToDesk: TypeAlias = Place | PlaceAll | Edit | Cancel
Wish: TypeAlias = ToDesk | Arm

WISHES: Final[Mapping[type[Ask[Any]], Callable[[Any], ToDesk]]] = MappingProxyType(
    {PlaceOrder: Place, PlaceOrders: PlaceAll, EditOrder: Edit, CancelOrder: Cancel}
)
"""What a desk can be asked through a pipe."""

encode_asked: Final = msgspec.json.Encoder().encode
decode_asked: Final = msgspec.json.Decoder(Asked).decode
encode_answered: Final = msgspec.json.Encoder().encode
decode_answered: Final = msgspec.json.Decoder(Answered).decode
