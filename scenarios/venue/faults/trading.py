"""What the verbs of the venue do to markets, orders and accounts. It speaks to engines alone.

Whoever calls it settles the venue afterwards, so that everybody hears of it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from ....actors.matching.engine import MatchingEngine
from ....actors.matching.markets import ATOM_DIGITS, RATE, MarketState
from ....actors.matching.values import AccountId, Family, Order, OrderRequest
from ....runtime.clock import Millis
from ....runtime.errors import UsageError
from .errors import FaultNotFired
from .state_verbs import (
    ChangeFilter,
    Deposit,
    EngineRestart,
    Fill,
    ManualOrder,
    SetFees,
    VenueCancel,
    Which,
    Withdraw,
)
from .stranger import Stranger

RATE_DIGITS: Final = 8
RESTING: Final = frozenset(("open", "partial"))
PRICES: Final = ("tick", "min_price", "max_price")
AMOUNTS: Final = ("step", "min_amount", "max_amount")
RATES: Final = ("up_percent", "down_percent")


OF_CONTRACTS: Final = frozenset(("set_mark", "fund", "liquidate", "adl"))


class Trading:
    """The engines of a venue, as faults strike them. families: in which an asset is sought."""

    def __init__(self, engines: Mapping[Family, MatchingEngine]) -> None:
        self.engines = engines
        self.family: Family | None = None  # that a rule names beside its market
        self._strangers = {family: Stranger(engine) for family, engine in engines.items()}

    def engine(self, verb: str, symbol: str) -> MatchingEngine:
        """The engine of a market: of contracts where a verb is of those. Raises FaultNotFired."""
        engines = list(self.engines.items())
        if verb in OF_CONTRACTS:
            engines.sort(key=lambda each: each[0] == "spot")
        for family, engine in engines:
            if symbol in engine.markets and self.family in {None, family}:
                return engine
        names = sorted({name for engine in self.engines.values() for name in engine.markets})
        raise FaultNotFired(
            verb, f"there is no market {symbol!r}", remedy=f"there are {', '.join(names)}"
        )

    def stranger(self, engine: MatchingEngine) -> Stranger:
        """Who trades there for us."""
        return self._strangers[next(iter(engine.markets.values())).family]

    # -- markets

    def set_state(self, verb: str, symbol: str, state: MarketState, at: Millis) -> None:
        """Halt, resume or delist a market."""
        engine = self.engine(verb, symbol)
        market = engine.markets[symbol]
        engine.set_market(msgspec.structs.replace(market, state=state), at)

    def change_filter(self, verb: ChangeFilter, at: Millis) -> None:
        """Give a market other rules."""
        name = "change_filter"
        engine = self.engine(name, verb.symbol)
        market = engine.markets[verb.symbol]
        changes: dict[str, Any] = {}
        for keys, digits in (
            (PRICES, market.price_digits),
            (AMOUNTS, market.amount_digits),
            (("min_cost",), market.cost_digits),
            (RATES, RATE_DIGITS),
        ):
            for key in keys:
                value: Decimal | None = getattr(verb, key)
                if value is not None:
                    changes[key] = quanta(name, value, digits)
        if verb.max_orders is not None:
            changes["max_orders"] = verb.max_orders
        engine.set_market(msgspec.structs.replace(market, **changes), at)

    def move_price(self, symbol: str, to: Decimal, at: Millis) -> tuple[Family, str, int]:
        """Bring a market to a price, by its path or through its book; which one, and the price."""
        engine = self.engine("move_price", symbol)
        market = engine.markets[symbol]
        price = quanta("move_price", to, market.price_digits)
        if market.contract is not None:  # far from its mark no order would be taken
            engine.set_mark(symbol, price, price, at)
        try:
            engine.move_price(symbol, price, at)
        except UsageError:  # it has a book, not a path
            self.stranger(engine).move(market, price, at)
        return market.family, symbol, price

    # -- orders

    def restart(self, verb: EngineRestart, chance: random.Random, at: Millis) -> None:
        """Lose open orders without a word. Raises FaultNotFired where that is all, and none is."""
        struck = 0

        def is_lost(order: Order) -> bool:
            nonlocal struck
            request = order.request
            if verb.symbol not in {"", request.symbol} or verb.account not in {0, request.account}:
                return False
            struck += 1
            return verb.share >= 1 or Decimal(chance.random()) < verb.share

        for engine in self.engines.values():
            engine.restart(at, is_lost)
        if not struck and not verb.down:
            raise FaultNotFired(
                "engine_restart", "no order was open to be lost", remedy="strike while one is"
            )

    def cancel(self, verb: VenueCancel, at: Millis) -> None:
        """Cancel open orders of an account, as the venue's own decision."""
        engine = self.engine("venue_cancel", verb.symbol)
        orders = engine.open_orders(verb.account, verb.symbol)
        for order in _chosen("venue_cancel", orders, verb.which, verb.account, verb.symbol):
            if any(each.id == order.id for each in engine.open_orders(verb.account, verb.symbol)):
                engine.cancel(verb.account, verb.symbol, at, order_id=order.id)

    def fill(self, verb: Fill, at: Millis) -> None:
        """Trade with open orders of an account."""
        engine = self.engine("fill", verb.symbol)
        market = engine.markets[verb.symbol]
        resting = [
            order
            for order in engine.open_orders(verb.account, verb.symbol)
            if order.status in RESTING
        ]
        for order in _chosen("fill", resting, verb.which, verb.account, verb.symbol):
            left = order.amount - order.filled
            share = int(left * verb.share) // market.step * market.step or left
            self.stranger(engine).fill("fill", order, min(share, left), at)

    def place(self, verb: ManualOrder, at: Millis) -> None:
        """Place an order on an account, as somebody would by hand."""
        name = "manual_order"
        engine = self.engine(name, verb.symbol)
        market = engine.markets[verb.symbol]
        price = None if verb.price is None else quanta(name, verb.price, market.price_digits)
        engine.submit(
            OrderRequest(
                account=verb.account,
                symbol=verb.symbol,
                side=verb.side,
                kind="market" if price is None else "limit",
                client_id=verb.client_id,
                amount=quanta(name, verb.amount, market.amount_digits),
                price=price,
                self_trade=verb.self_trade,
            ),
            at,
        )

    # -- money

    def deposit(self, verb: Deposit, at: Millis) -> None:
        """Money comes from outside."""
        engine = self._keeper("deposit", verb.account, verb.asset)
        atoms = quanta("deposit", verb.amount, ATOM_DIGITS)
        engine.clearing.deposit(verb.account, verb.asset, atoms, at)

    def withdraw(self, verb: Withdraw, at: Millis) -> None:
        """Money leaves."""
        engine = self._keeper("withdraw", verb.account, verb.asset)
        atoms = quanta("withdraw", verb.amount, ATOM_DIGITS)
        engine.clearing.withdraw(verb.account, verb.asset, atoms, at)

    def set_fees(self, verb: SetFees) -> None:
        """Other rates for an account, at every engine."""
        maker = quanta("set_fees", verb.maker, RATE_DIGITS)
        taker = quanta("set_fees", verb.taker, RATE_DIGITS)
        for family, engine in self.engines.items():
            engine.clearing.open_account(
                verb.account,
                maker=maker,
                taker=taker,
                fee_asset=(verb.fee_asset or None) if family == "spot" else None,
            )

    def _keeper(self, verb: str, account: AccountId, asset: str) -> MatchingEngine:
        """The engine where the account has this asset; else the first one."""
        for engine in self.engines.values():
            if asset in engine.clearing.balances(account):
                return engine
        for engine in self.engines.values():
            return engine
        raise FaultNotFired(verb, "the venue has no engine", remedy="give it a market")


def quanta(verb: str, value: Decimal, digits: int) -> int:
    """A decimal as a whole number of 10^-digits. Raises FaultNotFired where it is none."""
    scaled = value.scaleb(digits)
    if scaled != scaled.to_integral_value():
        raise FaultNotFired(
            verb, f"{value} is no multiple of 10^-{digits}", remedy="write fewer digits"
        )
    return int(scaled)


def rate_of(verb: str, value: Decimal) -> int:
    """A rate as a whole number of 10^-8."""
    return quanta(verb, value * RATE, 0)


def _chosen(
    verb: str, orders: list[Order], which: Which, account: AccountId, symbol: str
) -> list[Order]:
    if not orders:
        raise FaultNotFired(
            verb,
            f"account {account} has no such order in {symbol}",
            remedy="strike later, or on a request",
        )
    match which:
        case "newest":
            return orders[-1:]
        case "oldest":
            return orders[:1]
        case "all":
            return orders
