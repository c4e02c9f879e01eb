"""What a story is: orders that are placed, what happens to them, and how each of them ends.

A story is a value and does nothing. `teller` plays it, `stories` of the other files here are
written with the short words of `writing`.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ...actors.orders.drafts import Draft, GroupDraft
from ..world import PAIR


@attrs.frozen
class Place:
    """A batch is placed, all of it or nothing.

    lasts: after how many s an order ends by itself, by the name of its draft. refused: the name of
    the Refusal that must come of it; empty: it is taken.
    """

    drafts: tuple[Draft, ...]
    groups: tuple[GroupDraft, ...] = ()
    lasts: Mapping[str, float] = attrs.field(factory=dict[str, float])
    refused: str = ""


@attrs.frozen
class Price:
    """A market goes to a price, through whatever rests on the way, and stays there."""

    to: str
    pair: str = PAIR


@attrs.frozen
class Part:
    """Strangers trade a share of what is left of an order that rests, and the market turns back."""

    name: str
    share: str


@attrs.frozen
class Wait:
    """Time passes."""

    seconds: float


@attrs.frozen
class Cancel:
    """Somebody takes an order back."""

    name: str


@attrs.frozen(kw_only=True)
class Edit:
    """Somebody changes an order; empty: as it is."""

    name: str = attrs.field(kw_only=False)
    amount: str = ""
    price: str = ""
    stop: str = ""


@attrs.frozen
class GiveBack:
    """The exchange takes all that rests off its book by itself (A26)."""

    pair: str = PAIR


@attrs.frozen
class Refuse:
    """The exchange refuses every new order from now on, until `Accept`."""

    code: int
    words: str
    fault: str = "A9"


@attrs.frozen
class Accept:
    """The exchange takes orders again."""


@attrs.frozen
class Fees:
    """The account pays other fees from now on."""

    rate: str
    asset: str = ""


@attrs.frozen
class Meanwhile:
    """These happen one right after the other: nobody waits for the bot in between."""

    moves: tuple[Move, ...]


Move = Place | Price | Part | Wait | Cancel | Edit | GiveBack | Refuse | Accept | Fees | Meanwhile
"""After each of them the teller waits until the bot is in order again."""


@attrs.frozen
class Otherwise:
    """Another end, which is as right once the process has died. why: in one sentence."""

    why: str
    ends: Mapping[str, str]
    left: Mapping[str, str] = attrs.field(factory=dict[str, str])


@attrs.frozen(kw_only=True)
class Story:
    """One story.

    tells: what happens, in one sentence. ends: how each order has ended, by its name; see
    `ends.words_of`. left: base currency of each pair that was bought and not sold, by pair; a pair
    that is not named has nothing left. also: other ends, where the moment of a death makes them.
    beside: markets in which nobody places anything, but which have to be there.
    """

    name: str
    tells: str
    moves: tuple[Move, ...]
    ends: Mapping[str, str]
    left: Mapping[str, str] = attrs.field(factory=dict[str, str])
    also: tuple[Otherwise, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def batches(self) -> tuple[Place, ...]:
        """All that is placed, in order."""
        return tuple(each for each in _flat(self.moves) if isinstance(each, Place))

    @property
    def drafts(self) -> Mapping[str, Draft]:
        """What is placed, by name."""
        return {draft.name: draft for batch in self.batches for draft in batch.drafts}

    @property
    def steady(self) -> frozenset[str]:
        """The orders that nothing changes while they rest: each comes to the exchange once.

        Others go out anew as they follow a price, share with others, grow or are edited; after a
        death that may be in more steps than without one.
        """
        moves = _flat(self.moves)
        groups = {group.name: group for batch in self.batches for group in batch.groups}
        touched = {move.name for move in moves if isinstance(move, Edit | Part)}
        if any(isinstance(move, GiveBack) for move in moves):
            return frozenset()
        return frozenset(
            name
            for name, draft in self.drafts.items()
            if draft.profile is None
            and draft.trail is None
            and not {name, draft.after} & touched
            and not _shares(groups.get(draft.group))
        )

    @property
    def pairs(self) -> tuple[str, ...]:
        """The markets that it is about, as it comes to them. Each has a bot."""
        return tuple(dict.fromkeys(draft.symbol for draft in self.drafts.values()))


def _shares(group: GroupDraft | None) -> bool:
    """Whether what one of a group trades makes others smaller, or lets them make way."""
    return group is not None and (group.swap is not None or group.rule != "oco")


def _flat(moves: tuple[Move, ...]) -> tuple[Move, ...]:
    flat: list[Move] = []
    for move in moves:
        flat.extend(_flat(move.moves) if isinstance(move, Meanwhile) else (move,))
    return tuple(flat)
