"""A bot that somebody trades through, in a world or as a process of the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ...actors.market.side import Purpose, Side
from ...actors.matching.markets import Market
from ...actors.orders.model import Order
from ...runtime import Ask, Millis
from .books import Books
from .hearing import Told
from .oracle import Oracle
from .parts import Part


class Trading(Protocol):
    """What a trader, a batch and a look at how all stands need of a bot."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def pair(self) -> str:
        """The market that it trades, as "BTC/USDT"."""
        ...

    @property
    def now(self) -> Callable[[], Millis]:
        """What time it is where it lives."""
        ...

    @property
    def oracle(self) -> Oracle:
        """What the exchange knows of its account."""
        ...

    @property
    def first_market(self) -> Market | None:
        """The rules of its market when it was made."""
        ...

    @property
    def books(self) -> Books:
        """What its store has acknowledged."""
        ...

    @property
    def is_running(self) -> bool:
        """Whether it lives."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether its gate was open when it last said so."""
        ...

    def said(self, event: str) -> list[Told]:
        """What it said of an event."""
        ...

    async def place(
        self,
        side: Side,
        amount: str,
        price: str | None = None,
        *,
        purpose: Purpose = "entry",
        reference: str | None = None,
    ) -> Order:
        """Place an order: a limit order with a price, else one at market. Raises a Refusal."""
        ...

    async def cancel(self, order_id: str) -> Order:
        """Take an order back. Raises a Refusal, or AskError."""
        ...

    async def ask(self, actor: Part | str, message: Ask[Any]) -> Any:
        """Ask one of its actors. Raises a Refusal or AskError."""
        ...
