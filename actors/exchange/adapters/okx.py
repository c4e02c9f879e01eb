"""What is known of OKX beyond ccxt."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from .adapter import Adapter
from .capabilities import Capabilities
from .client_ids import ClientIdRule
from .codes import OKX, Codes


class Okx(Adapter):
    """Client ids are letters and digits, 32 at most: ours go without their "bn-"."""

    client_ids: ClassVar[ClientIdRule] = ClientIdRule(
        letters="[a-zA-Z0-9]", longest=32, form="32 hex digits"
    )
    codes: ClassVar[Codes] = OKX
    client_id_fields: ClassVar[tuple[str, ...]] = ("clOrdId",)
    fills_page: ClassVar[int] = 100

    def capabilities(self, exchange: Any) -> Capabilities:
        return attrs.evolve(
            super().capabilities(exchange),
            client_id=self.client_ids,
            can_look_up=True,
            can_cancel_unseen=True,
        )

    def depth_of(self, wanted: int) -> int | None:
        """At most 400 of each side."""
        return min(wanted, 400)
