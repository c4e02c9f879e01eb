"""Short words in which the stories are written: drafts as a bot would place them around 60,000."""

from __future__ import annotations

from typing import Any, Final

from ...actors.market.side import Kind, Side
from ...actors.orders.drafts import Draft, GroupDraft
from ...actors.orders.plan import Swap
from ...runtime import Millis
from ..world.batches import draft

AMOUNT: Final = "0.1"
REFERENCE: Final = "60000"
ENDS: Final = "ends"  # the group of what closes a position
TURNS: Final = Swap()
PROFIT_FIRST: Final = Swap("take_profit_first")


def market(amount: str = AMOUNT, *, name: str = "entry", side: Side = "buy", **more: Any) -> Draft:
    """An entry at once."""
    more.setdefault("reference", REFERENCE)
    return draft(name, side, "market", amount, **more)


def limit(
    price: str, amount: str = AMOUNT, *, name: str = "entry", side: Side = "buy", **more: Any
) -> Draft:
    """An entry, or whatever else, at a limit."""
    return draft(name, side, "limit", amount, price=price, **more)


def stop(
    at: str,
    amount: str = AMOUNT,
    *,
    name: str = "stop",
    side: Side = "sell",
    kind: Kind = "stop_loss",
    **more: Any,
) -> Draft:
    """What bounds the loss of the entry."""
    return draft(name, side, kind, amount, stop=at, **_closing(more))


def profit(
    at: str, amount: str = AMOUNT, *, name: str = "profit", side: Side = "sell", **more: Any
) -> Draft:
    """What takes the gain of the entry, at a limit."""
    return draft(name, side, "limit", amount, price=at, **_closing(more))


def closes(
    name: str, kind: Kind, amount: str = AMOUNT, *, side: Side = "sell", **more: Any
) -> Draft:
    """Whatever else closes the entry."""
    return draft(name, side, kind, amount, **_closing(more))


def oco(swap: Swap | None = TURNS, name: str = ENDS) -> tuple[GroupDraft, ...]:
    """A group of which the first to fill ends the others; None: all of it rests at once."""
    return (GroupDraft(name, "oco", swap),)


def balanced(swap: Swap | None = TURNS, name: str = ENDS) -> tuple[GroupDraft, ...]:
    """A group whose stops and take profits trade the same."""
    return (GroupDraft(name, "balanced", swap),)


def trailed(swap: Swap | None = TURNS, name: str = ENDS) -> tuple[GroupDraft, ...]:
    """The same, and the stops follow each take profit that fills."""
    return (GroupDraft(name, "trailing_on_filled_take_profit", swap),)


def within(seconds: float, swap: Swap = TURNS) -> Swap:
    """Turns of which each may last so many s."""
    return Swap(swap.priority, Millis(int(seconds * 1_000)))


def _closing(more: dict[str, Any]) -> dict[str, Any]:
    return {"after": "entry", "group": ENDS, "purpose": "protective", **more}
