"""What stands between the matching of orders and the money behind them.

An engine matches and knows of no money. Its `Clearing` keeps the accounts: what is held for an
order, what a trade moves, who cannot pay any more. A clearing matches nothing; it sees the
engine as a `Floor`, on which it reads prices and orders and says what changed.

When which is called:

- `hold` before an order exists for anybody: it may refuse, and then nothing of the order was.
  A stop is held when it is taken; when it is triggered its hold is released and held again.
  Of the legs of an OCO only the first is held, for the larger cost of the two.
- `trade` once for each match, BEFORE `filled`, `cost` and `status` of the two orders count it.
- `release` once when an order ends, however it ends, and when its hold is to be made anew. It is
  called for orders that hold nothing too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from ...runtime import Millis
from ..market.side import Side
from .markets import Market
from .values import AccountId, Event, Execution, Order, PositionSide

VENUE: AccountId = 0  # the venue's own account; it may owe


class Forced(msgspec.Struct, frozen=True):
    """A position that must be closed now, whatever the market pays."""

    account: AccountId
    symbol: str
    position_side: PositionSide
    side: Side  # of the order that closes it
    amount: int  # amount quanta, > 0
    price: int  # the worst price it may trade at on the book: the limit of the forced order


class Floor(Protocol):
    """What a clearing may know of the engine that it clears for."""

    @property
    def events(self) -> list[Event]:
        """Where a clearing appends what changed; the same list for ever."""
        ...

    @property
    def markets(self) -> Mapping[str, Market]:
        """By venue symbol, as they are now."""
        ...

    def last(self, symbol: str) -> int | None:
        """What traded last, in price quanta."""
        ...

    def mark(self, symbol: str) -> int | None:
        """The mark price of a contract, in price quanta; None before the first."""
        ...

    def open_orders(self, account: AccountId, symbol: str | None = None) -> list[Order]:
        """The open orders of an account, oldest first within a symbol."""
        ...


class Clearing(Protocol):
    """Keeps the accounts behind the orders of one engine; all balances in atoms."""

    def attach(self, floor: Floor) -> None:
        """Called once, by the engine that it is given to."""
        ...

    def open_account(
        self,
        account: AccountId,
        *,
        maker: int | None = None,
        taker: int | None = None,
        fee_asset: str | None = None,
    ) -> None:
        """Begin to keep an account.

        maker, taker: its own rates in 1e-8; None: those of each market.
        fee_asset: what its fees are paid in; None: as the venue takes them.
        """
        ...

    def deposit(self, account: AccountId, asset: str, atoms: int, at: Millis) -> None:
        """Money comes in from outside."""
        ...

    def withdraw(self, account: AccountId, asset: str, atoms: int, at: Millis) -> None:
        """Money leaves; raises Refused(INSUFFICIENT_BALANCE)."""
        ...

    def hold(self, order: Order, market: Market, reference_price: int, cost: int) -> None:
        """Keep aside what an order may cost, or raise Refused and keep nothing.

        reference_price: its limit; of a market order the worst price that the book has for it; of
        a stop its stop price. 0: nothing is known.
        cost: price quanta times amount quanta, the most that it can come to.
        """
        ...

    def rehold(self, order: Order, market: Market, reference_price: int, cost: int) -> None:
        """Hold anew for an order that was released and held as much before, or more.

        Never refused: an order that shrinks, or that stays as it was, can be afforded.
        """
        ...

    def release(self, order: Order, market: Market) -> None:
        """Free what is left of the hold of an order; harmless where nothing is."""
        ...

    def trade(  # noqa: PLR0913, PLR0917 - the whole of a trade; keywords would cost on the hot path
        self,
        buyer: Order,
        seller: Order,
        market: Market,
        price: int,
        amount: int,
        maker_side: Side,
        trade_id: int,
        at: Millis,
    ) -> tuple[Execution, Execution]:
        """Settle a match; the executions of the buyer and of the seller."""
        ...

    def allowance(self, order: Order, market: Market) -> int:
        """How much a reduce-only or position-closing order may trade now, in amount quanta.

        Asked only of such orders, so never on spot.
        """
        ...

    def mark_moved(self, market: Market, mark: int, at: Millis) -> Sequence[Forced]:
        """Take note of a mark price; who must be closed by force now.

        The engine takes the open orders of each out of the symbol, lets a forced order
        (`is_liquidation`) trade down to its price, calls `absorb` with what is left of it, and asks
        again until nobody is left. Spot answers ().
        """
        ...

    def absorb(self, order: Order, market: Market, amount: int, at: Millis) -> None:
        """The book had not enough for a forced order: the venue takes `amount` over."""
        ...

    def fund(self, market: Market, rate: int, mark: int, at: Millis) -> None:
        """Settle funding between the positions of a contract; rate in 1e-8."""
        ...

    def free(self, account: AccountId, asset: str) -> int:
        """What may be spent."""
        ...

    def locked(self, account: AccountId, asset: str) -> int:
        """What open orders keep from being spent."""
        ...

    def balances(self, account: AccountId) -> dict[str, tuple[int, int]]:
        """Free and locked by asset, of every asset that it ever had."""
        ...

    def total(self, asset: str) -> int:
        """Over all accounts, the venue's own included."""
        ...

    def check(self) -> None:
        """Raise BooksBroken where an asset does not add up or an account owes."""
        ...
