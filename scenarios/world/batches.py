"""Orders that belong together, placed through the desk of a bot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from ...actors.market.side import Kind, Side, opposite
from ...actors.orders.drafts import Draft, EditOrder, GroupDraft, PlaceOrders
from ...actors.orders.model import Order
from ...actors.orders.plan import Swap
from .trading import Trading

SWAP: Final = Swap()
AT_MARKET: Final[Mapping[str, Any]] = MappingProxyType({"kind": "market", "reference": "60000"})
"""An entry at once, where the market begins."""


async def place_all(
    bot: Trading, *drafts: Draft, groups: Iterable[GroupDraft] = ()
) -> dict[str, Order]:
    """The orders as they are durable, by the names of their drafts. Raises a Refusal."""
    orders = await bot.ask("desk", PlaceOrders(drafts, tuple(groups)))
    return dict(zip((draft.name for draft in drafts), orders, strict=True))


async def edit(bot: Trading, order_id: str, **change: Decimal) -> Order:
    """Change an order; see `EditOrder`. Raises a Refusal."""
    answer: Order = await bot.ask("desk", EditOrder(order_id, **change))
    return answer


def draft(
    name: str, side: Side, kind: Kind, amount: str, *, pair: str = "BTC/USDT", **more: Any
) -> Draft:
    """One order of a batch; numbers may be given as text."""
    numbers = ("price", "stop", "trail", "reference")
    given: dict[str, Any] = {
        key: Decimal(more[key]) if key in numbers else more[key] for key in more
    }
    return Draft(name=name, symbol=pair, side=side, kind=kind, amount=Decimal(amount), **given)


def guarded(  # noqa: PLR0913 - an entry and its two ends
    side: Side,
    amount: str,
    *,
    stop: str,
    take_profit: str,
    entry: Mapping[str, Any],
    pair: str = "BTC/USDT",
    rule: str = "oco",
    swap: Swap | None = SWAP,
) -> tuple[tuple[Draft, ...], tuple[GroupDraft, ...]]:
    """An entry whose fills set a stop loss and a take profit free, of which one ends the other.

    entry: its `kind`, and whatever else it has.
    """
    away = opposite(side)
    rest = {key: value for key, value in entry.items() if key != "kind"}
    ends = {"pair": pair, "after": "entry", "group": "ends", "purpose": "protective"}
    drafts = (
        draft("entry", side, entry["kind"], amount, pair=pair, **rest),
        draft("stop", away, "stop_loss", amount, stop=stop, **ends),
        draft("profit", away, "limit", amount, price=take_profit, **ends),
    )
    return drafts, (GroupDraft("ends", rule, swap),)
