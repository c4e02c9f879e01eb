"""The funds of an account as the venue keeps them: free, and held for open orders.

This is the other side's book-keeping: the bot has a ledger of its own, and at quiescence the two
must agree. They share no code but exact addition. Give a venue none, and it takes every order to
be paid for.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ..market.fill import Fill
from ..market.holding import Holding
from ..market.money import ZERO, add, subtract


class Funds:
    """What one account has at a venue, by asset."""

    def __init__(self, balances: Mapping[str, Decimal]) -> None:
        self._free = dict(balances)
        self._holds: dict[str, tuple[str, Decimal]] = {}  # client id: asset and what is held of it

    def free(self, asset: str) -> Decimal:
        """What may be spent, in units of the asset."""
        return self._free.get(asset, ZERO)

    def held(self, asset: str) -> Decimal:
        """What open orders keep from being spent, in units of the asset."""
        return sum((held for owner, held in self._holds.values() if owner == asset), ZERO)

    def total(self, asset: str) -> Decimal:
        """Free and held together, in units of the asset."""
        return add(self.free(asset), self.held(asset))

    def holdings(self) -> tuple[Holding, ...]:
        """Free and held, by asset."""
        assets = {*self._free, *(asset for asset, _ in self._holds.values())}
        return tuple(Holding(asset, self.free(asset), self.held(asset)) for asset in sorted(assets))

    def hold(self, client_id: str, asset: str, amount: Decimal) -> bool:
        """Put `amount` aside for an order; False, and nothing done, where less is free."""
        free = self.free(asset)
        if free < amount:
            return False
        self._free[asset] = subtract(free, amount)
        self._holds[client_id] = (asset, amount)
        return True

    def release(self, client_id: str) -> None:
        """Free what is still held for an order."""
        asset, amount = self._holds.pop(client_id)
        self._free[asset] = add(self._free[asset], amount)

    def settle(self, fill: Fill, base: str, quote: str, cost: Decimal) -> None:
        """Book the one trade that fills an order: its hold ends, what it trades moves.

        cost: amount times price, in units of quote. The fee is taken in quote.
        """
        self.release(fill.client_id)
        if fill.side == "buy":
            self._free[quote] = subtract(self.free(quote), add(cost, fill.fee))
            self._free[base] = add(self.free(base), fill.amount)
        else:
            self._free[quote] = add(self.free(quote), subtract(cost, fill.fee))
            self._free[base] = subtract(self.free(base), fill.amount)
