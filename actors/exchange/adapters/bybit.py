"""What is known of Bybit (v5, unified account) beyond ccxt."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import attrs

from ....runtime import Millis
from ...market.report import OrderReport
from ..messages import Query
from ..settings import VenueSettings
from .adapter import Adapter
from .capabilities import Capabilities
from .client_ids import ClientIdRule
from .codes import BYBIT, Codes
from .reading import rows_of

MESSAGE: Final = 1_024  # trades that one of its messages may bring
WEEK: Final = Millis(604_800_000)
LISTS: Final = ("fetch_open_orders", "fetch_canceled_and_closed_orders")


class Bybit(Adapter):
    """Orders are looked up in the list of what is open, then in the history."""

    client_ids: ClassVar[ClientIdRule] = ClientIdRule(letters="[a-zA-Z0-9_-]", longest=36)
    codes: ClassVar[Codes] = BYBIT
    client_id_fields: ClassVar[tuple[str, ...]] = ("orderLinkId",)
    fills_page: ClassVar[int] = 100
    fills_window: ClassVar[int | None] = WEEK

    def options(self, settings: VenueSettings) -> dict[str, Any]:
        """Its currencies cost a signed request."""
        return {
            "has": {"fetchCurrencies": False},
            "options": {
                "recvWindow": int(settings.receive_window),
                "tradesLimit": MESSAGE,
            },
        }

    def capabilities(self, exchange: Any) -> Capabilities:
        return attrs.evolve(
            super().capabilities(exchange),
            client_id=self.client_ids,
            can_look_up=True,
            can_cancel_unseen=True,
        )

    def by_client_id(self, written: str) -> dict[str, Any]:
        return {"orderLinkId": written}

    async def query(
        self, exchange: Any, order: Query, venue_id: str | None = None
    ) -> OrderReport | None:
        """None where neither list has it; the history may lag, so that alone is no proof."""
        if venue_id is not None:
            name = {"orderId": venue_id}
        else:
            name = self.by_client_id(self.client_ids.written(order.client_id))
        for method in LISTS:
            with self.parsing(method):
                rows = await getattr(exchange, method)(order.symbol, None, None, dict(name))
            for raw in rows_of(self.venue, method, rows):
                return await self.with_fills(exchange, raw, order)
        return None
