"""What the bot's process tells the demo: every acknowledgement at the moment in which it comes.

The desk of the demo is the order desk with an ear at its questions: as soon as the store has
acknowledged a commit, the commit goes out on a pipe, and so does what the desk reads back when it
starts. Whoever listens knows what a bot that is killed at any instant must come back to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from ...actors.orders.desk import OrderDesk
from ...actors.orders.journal import Commit, Load, Snapshot
from ...actors.orders.model import Order
from ...actors.portfolio.model import Balance
from ...runtime import Ask, Ref

R = TypeVar("R")


class Started(msgspec.Struct, tag=True, frozen=True):
    """The tree is up."""


class Loaded(msgspec.Struct, tag=True, frozen=True):
    """A desk has started from what the store holds."""

    epoch: int
    orders: tuple[Order, ...]
    balances: tuple[Balance, ...]


class Acknowledged(msgspec.Struct, tag=True, frozen=True):
    """The store has said that a commit is durable."""

    number: int
    commit: Commit


class Ended(msgspec.Struct, tag=True, frozen=True):
    """The tree was stopped as it should be."""


Word: TypeAlias = Started | Loaded | Acknowledged | Ended
Say: TypeAlias = Callable[[Word], None]

encode: Final = msgspec.json.Encoder().encode
decode: Final = msgspec.json.Decoder(Word).decode


class WitnessedDesk(OrderDesk):
    """An order desk that says what the store acknowledges, and what it gave back.

    Takes what an OrderDesk takes, and `say`.
    """

    def __init__(self, *arguments: Any, say: Say, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._say = say

    async def ask(self, ref: Ref, message: Ask[R], *, timeout: int | None = None) -> R:
        answer = await super().ask(ref, message, timeout=timeout)
        if isinstance(message, Commit) and isinstance(answer, int):
            self._say(Acknowledged(answer, message))
        elif isinstance(message, Load) and isinstance(answer, Snapshot):
            self._say(Loaded(answer.epoch, answer.orders, answer.balances))
        return answer
