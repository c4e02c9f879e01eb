"""What the bot's process says of itself on a pipe, and the store that says it.

A word is one line of JSON on the pipe. The store says what it has acknowledged before anybody acts
on it, so whoever reads the pipe knows what a killed bot must come back to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from ...actors.orders.journal import Commit, Snapshot
from ...actors.orders.model import Order
from ...actors.portfolio.model import Balance
from ...runtime import Reply
from ...storage.order_store import Answer, OrderStore, Request
from ...storage.store import Store


class Started(msgspec.Struct, tag=True, frozen=True):
    """The tree is up, and the bot trades."""


class Loaded(msgspec.Struct, tag=True, frozen=True):
    """A desk has started from what the store holds."""

    epoch: int
    orders: tuple[Order, ...]
    balances: tuple[Balance, ...]


class Acknowledged(msgspec.Struct, tag=True, frozen=True):
    """The store has said that a commit is durable."""

    number: int
    commit: Commit


class Told(msgspec.Struct, tag=True, frozen=True):
    """What the bot logs of its line, its gate and its orders."""

    level: str
    event: str
    fields: dict[str, str]


class Ended(msgspec.Struct, tag=True, frozen=True):
    """The tree was stopped as it should be."""


Word: TypeAlias = Started | Loaded | Acknowledged | Told | Ended
Say: TypeAlias = Callable[[Word], None]

encode: Final = msgspec.json.Encoder().encode
decode: Final = msgspec.json.Decoder(Word).decode


def told(say: Say) -> Callable[[str, str, Mapping[str, object]], None]:
    """What a chronicle says its events to."""

    def tell(level: str, event: str, fields: Mapping[str, Any]) -> None:
        say(Told(level, event, {name: str(value) for name, value in fields.items()}))

    return tell


class WitnessedStore(Store):
    """A store that says what it acknowledges, and what it gave back."""

    def __init__(self, order_store: OrderStore, say: Say) -> None:
        super().__init__(order_store)
        self._say = say

    def _answer(self, batch: list[tuple[Request, Reply]], answers: list[Answer]) -> None:
        for (request, _), answer in zip(batch, answers, strict=True):
            if isinstance(request, Commit) and isinstance(answer, int):
                self._say(Acknowledged(answer, request))
            elif isinstance(answer, Snapshot):
                self._say(Loaded(answer.epoch, answer.orders, answer.balances))
        super()._answer(batch, answers)
