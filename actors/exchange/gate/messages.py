"""What a gate is told and asked, and what it says. Nothing in here decides anything."""

from __future__ import annotations

import msgspec

from ....runtime import Ask, Millis, Tell
from ..messages import Line
from .readiness import Obstacle
from .requirements import Requirement


class AccountStarted(msgspec.Struct, Tell, frozen=True):
    """A desk has started, and knows nothing of the venue yet."""


class OrdersReconciled(msgspec.Struct, Tell, frozen=True):
    """Every order is known to stand as the venue says, for this time of the line."""

    line: Line


class BalancesReconciled(msgspec.Struct, Tell, frozen=True):
    """Books and venue agree on what the account has, for this time of the line."""

    line: Line


class BalancesUnexplained(msgspec.Struct, Tell, frozen=True):
    """Books and venue disagree, and nothing explains it yet."""

    reason: str


class OrdersOverdue(msgspec.Struct, Tell, frozen=True):
    """So many orders have an unknown outcome for longer than the venue gives reason for."""

    count: int  # >= 0


class TopicHeld(msgspec.Struct, Tell, frozen=True):
    """Something that is required is known; told again as long as it is, now and then."""

    requirement: Requirement
    at: Millis  # when it was true, by the clock of the System that never jumps (`elapsed`)


class TopicLost(msgspec.Struct, Tell, frozen=True):
    """Something that is required is not known any more, or not yet."""

    requirement: Requirement
    at: Millis  # as above
    why: str


class GetGate(msgspec.Struct, Ask[tuple[Obstacle, ...]], frozen=True, gc=False):
    """What stands in the way of new risk now; nothing where the gate is open.

    With a symbol or a frame: only what concerns it, which what belongs to the whole account does.
    """

    symbol: str = ""
    frame: str = ""


class GateOpened(msgspec.Struct, Tell, frozen=True, gc=False):
    """New risk may be taken on a symbol. Published when that has come true.

    symbol: "" of a gate that requires nothing of any symbol: on whatever its account trades.
    """

    symbol: str = ""


class GateClosed(msgspec.Struct, Tell, frozen=True):
    """No new risk may be taken on a symbol.

    Published when that has come true, and when the reasons change; that they have grown older is
    no change, and `GetGate` tells their age.
    """

    obstacles: tuple[Obstacle, ...]
    symbol: str = ""  # as above
