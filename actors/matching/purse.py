"""The money of a venue on a price path: the clearing of its family, and its words in decimals."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final

from ...runtime import Millis, UsageError
from ..market.holding import Holding
from ..market.money import EXACT
from ..market.position import Position
from .accounts import IN_QUOTE, units_of
from .clearing import SpotClearing
from .dossier import ACCOUNT
from .futures import FuturesClearing
from .futures.records import Position as Held
from .protocol import Clearing
from .quanta import ContractRules, Quanta, atoms_of
from .refusals import Refused

_BOUNDLESS: Final = 10**50  # atoms of everything, where the venue does not ask for funds
_NOBODY_ASKED: Final = Millis(0)


class Purse:
    """What the one account has.

    funds: by asset; None, on spot alone: more than it could ever spend.
    """

    def __init__(
        self,
        quanta: Mapping[str, Quanta],
        funds: Mapping[str, Decimal] | None,
        rules: ContractRules,
    ) -> None:
        self._quanta = quanta
        self._funds = funds
        self._rules = rules
        self._futures: FuturesClearing | None = None
        self._spot: SpotClearing | None = None
        if any(each.is_contract for each in quanta.values()):
            if funds is None:
                raise UsageError("a venue of contracts asks for margin: give it funds")
            self._futures = FuturesClearing()
        else:
            self._spot = SpotClearing(discount=0)

    @property
    def is_margined(self) -> bool:
        """Whether it is an account of contracts."""
        return self._futures is not None

    @property
    def clearing(self) -> Clearing:
        """What the engine clears with."""
        made = self._futures or self._spot
        assert made is not None, "one of the two is made"  # noqa: S101 - for the types
        return made

    def open(self) -> None:
        """Open the account and pay in; once the clearing has its engine."""
        clearing = self.clearing
        clearing.open_account(ACCOUNT, fee_asset=None if self.is_margined else IN_QUOTE)
        if self._funds is None:
            for quanta in self._quanta.values():
                for asset in (quanta.market.base, quanta.market.quote):
                    clearing.deposit(ACCOUNT, asset, _BOUNDLESS, _NOBODY_ASKED)
        else:
            for asset, amount in self._funds.items():
                clearing.deposit(ACCOUNT, asset, atoms_of(amount, asset), _NOBODY_ASKED)
        if self._futures is not None:
            for symbol in self._quanta:
                self._set(self._futures, symbol)

    @contextmanager
    def without_fees(self) -> Generator[None]:
        """What is traded in here costs nothing: it was paid for before."""
        self.clearing.open_account(ACCOUNT, maker=0, taker=0)
        try:
            yield
        finally:
            self.clearing.open_account(ACCOUNT)

    def holdings(self) -> tuple[Holding, ...] | None:
        """By asset; of an account of contracts what positions and orders leave is free."""
        if self._funds is None:
            return None
        if self._futures is not None:
            return tuple(
                Holding(
                    each.asset,
                    units_of(min(each.available, each.wallet)),
                    units_of(max(0, each.wallet - each.available)),
                )
                for each in self._futures.account_summary(ACCOUNT)
            )
        return tuple(
            Holding(asset, units_of(free), units_of(locked))
            for asset, (free, locked) in self.clearing.balances(ACCOUNT).items()
        )

    def has_position(self, symbol: str) -> bool:
        """Whether one is open."""
        if self._futures is None:
            return False
        return any(each.symbol == symbol for each in self._futures.positions(ACCOUNT))

    def positions(self, at: Millis) -> tuple[Position, ...]:
        """Those that are open."""
        if self._futures is None:
            return ()
        return tuple(self._told(each, at) for each in self._futures.positions(ACCOUNT))

    def ruin_between(self, symbol: str, here: int, there: int) -> int | None:
        """The first price after `here`, up to `there`, at which the position is closed by force."""
        if self._futures is None or here == there:
            return None
        (held,) = self._futures.positions(ACCOUNT, symbol)
        price = held.liquidation_price
        if not held.amount or price is None:
            return None
        tick = self._quanta[symbol].market.tick
        ruin = (floor if held.amount > 0 else ceil)(price / tick) * tick
        return ruin if here < ruin < there or there < ruin < here else None

    # -- inside

    def _set(self, futures: FuturesClearing, symbol: str) -> None:
        rules = self._rules
        try:
            futures.set_leverage(ACCOUNT, symbol, rules.leverage)
            if rules.margin == "isolated":
                futures.set_margin_type(ACCOUNT, symbol, rules.margin)
        except Refused as refused:
            raise UsageError(f"{symbol}: leverage {rules.leverage}: {refused.detail}") from refused

    def _told(self, held: Held, at: Millis) -> Position:
        quanta = self._quanta[held.symbol]
        isolated = held.margin_type == "isolated"
        margin = held.isolated_margin if isolated else held.position_margin
        return Position(
            held.symbol,
            "long" if held.amount > 0 else "short",
            quanta.amount_of(abs(held.amount)),
            _rounded(held.entry_price, quanta),
            at,
            quanta.price_of(held.mark),
            Decimal(held.leverage),
            held.margin_type,
            units_of(margin),
            units_of(held.unrealised),
            None if held.liquidation_price is None else _rounded(held.liquidation_price, quanta),
        )


def _rounded(price: Fraction, quanta: Quanta) -> Decimal:
    """A price in fractions of quanta, to 8 digits more than its step has."""
    more = 8
    return quanta.price_of(round(price * 10**more)).scaleb(-more, EXACT)
