"""What is known of Kraken (spot) beyond ccxt."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import attrs

from ....runtime import Millis
from ...market.fill import Fill
from ...market.money import ZERO
from ...market.report import OrderReport
from ..messages import Query
from .adapter import Adapter
from .capabilities import Capabilities
from .client_ids import ClientIdRule
from .reading import rows_of


class Kraken(Adapter):
    """Client ids are UUIDs: the 32 digits of ours, with dashes. Orders are listed by them."""

    client_ids: ClassVar[ClientIdRule] = ClientIdRule(
        letters="[a-zA-Z0-9-]", longest=36, form="a UUID"
    )
    client_id_fields: ClassVar[tuple[str, ...]] = ("cl_ord_id",)
    fills_page: ClassVar[int] = 50
    least_holding: ClassVar[Decimal | None] = ZERO

    def capabilities(self, exchange: Any) -> Capabilities:
        return attrs.evolve(
            super().capabilities(exchange),
            client_id=self.client_ids,
            can_look_up=True,
            can_cancel_unseen=True,
        )

    async def order_fills(
        self, exchange: Any, symbol: str, venue_id: str, *, since: Millis | None = None
    ) -> tuple[Fill, ...]:
        """Among all of ours: Kraken tells trades of an order only to whoever knows their ids."""
        return await self.fills_among(exchange, symbol, venue_id, since)

    async def query(
        self, exchange: Any, order: Query, venue_id: str | None = None
    ) -> OrderReport | None:
        """By its own id, or in the lists of open and closed orders that bear ours.

        In that order: what closes meanwhile is in the second list.
        """
        if venue_id is not None:
            return await super().query(exchange, order, venue_id)
        name = self.by_client_id(self.client_ids.written(order.client_id))
        for method in ("fetch_open_orders", "fetch_closed_orders"):
            with self.parsing(method):
                rows = await getattr(exchange, method)(order.symbol, None, None, dict(name))
            for raw in rows_of(self.venue, method, rows):
                return await self.with_fills(exchange, raw, order)
        return None
