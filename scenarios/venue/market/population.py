"""The accounts of the simulated traders of one engine, and their ample funds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Protocol

import msgspec

from ....actors.matching.markets import ATOM, Market
from ....actors.matching.protocol import Clearing
from ....actors.matching.values import AccountId, Order, OrderRequest
from ....runtime import Millis
from ..agenda import Agenda
from .series import Books

FIRST_ACCOUNT: Final = 9_000_001  # clients are expected below it
WEALTH: Final = 10**12  # whole units of each asset


class Engine(Books, Protocol):
    """What the simulated world asks of a matching engine."""

    @property
    def clearing(self) -> Clearing:
        """The accounts."""
        ...

    def submit(self, request: OrderRequest, at: Millis) -> Order:
        """Take an order; raises Refused."""
        ...

    def cancel(self, account: AccountId, symbol: str, at: Millis, *, order_id: int) -> Order:
        """Take an order off; raises Refused."""
        ...

    def set_mark(
        self,
        symbol: str,
        mark: int,
        index: int,
        at: Millis,
        *,
        rate: int | None = None,
        next_funding: Millis | None = None,
    ) -> None:
        """A contract's mark and index price, and the funding that comes next."""
        ...

    def fund(self, symbol: str, rate: int, at: Millis) -> None:
        """Settle funding; rate in 1e-8."""
        ...

    def mark(self, symbol: str) -> int | None:
        """The mark price of a contract; None before the first."""
        ...


class Stage(msgspec.Struct, frozen=True):
    """Where simulated traders act.

    settle: called after whatever they do to the engine, so that it is heard of at its time.
    """

    engine: Engine
    agenda: Agenda
    settle: Callable[[], None]


class Population(msgspec.Struct, frozen=True):
    """Who trades: ids of accounts, the same in every market of an engine."""

    first: AccountId = FIRST_ACCOUNT
    makers: int = 3
    takers: int = 5

    @property
    def maker_accounts(self) -> range:
        """Those who quote."""
        return range(self.first, self.first + self.makers)

    @property
    def taker_accounts(self) -> range:
        """Those who come and take."""
        return range(self.first + self.makers, self.first + self.makers + self.takers)

    def settle_in(self, engine: Engine, at: Millis) -> None:
        """Open the accounts and fill them, for all markets that the engine has."""
        assets = sorted({asset for market in engine.markets.values() for asset in paid_in(market)})
        for account in (*self.maker_accounts, *self.taker_accounts):
            engine.clearing.open_account(account)
            for asset in assets:
                engine.clearing.deposit(account, asset, WEALTH * ATOM, at)


def paid_in(market: Market) -> Iterator[str]:
    """The assets that a trader of this market needs."""
    if market.contract is not None:
        yield market.contract.margin_asset
    else:
        yield market.base
        yield market.quote
