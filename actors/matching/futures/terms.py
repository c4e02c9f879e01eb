"""What a contract is worth at a price, and what it asks for margin; pure.

One idea serves both families. A position has a *value* at a price, in atoms of its margin asset:
amount times price where it is linear, amount times contract size divided by price where it is
inverse. And it has a *direction*: the value of a linear long is money that it would bring, that of
an inverse long is money that it would cost, since a long of BTCUSD is short of dollars. With
costs and values signed by that direction every formula of margin is the same for both:
`profit = signed value - signed cost`.

The value of an inverse contract is rounded down to an atom, 10^-20. That is the one division in
which two sides of a trade could differ, and so it is made once for both.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from ....runtime.errors import UsageError
from ..markets import ATOM, ATOM_DIGITS, RATE, Contract, Market
from ..values import AccountId

INSURANCE: Final[AccountId] = -1  # the insurance fund; like the venue's own account it is no user
QUANTUM: Final[int] = 10 ** (ATOM_DIGITS - 8)  # atoms; what is booked to a user is a multiple of it


def floored(atoms: int) -> int:
    """Atoms in whole 10^-8 of the asset, rounded down: what an account is credited at most."""
    return atoms // QUANTUM * QUANTUM


def fee_of(value: int, rate: int) -> int:
    """A share of a value (atoms), at a rate in 1e-8; what is less than 10^-8 is let off."""
    fee = floored(value * abs(rate) // RATE)
    return fee if rate >= 0 else -fee


class Terms:
    """The arithmetic of one contract."""

    __slots__ = ("_brackets", "_is_inverse", "_scale", "asset", "direction", "market", "tick")

    def __init__(self, market: Market) -> None:
        contract = contract_of(market)
        digits = ATOM_DIGITS - market.amount_digits
        self._is_inverse = market.family == "inverse"
        digits += market.price_digits if self._is_inverse else -market.price_digits
        if digits < 0:
            raise UsageError(
                f"{market.symbol}: a price of {market.price_digits} digits times an amount of "
                f"{market.amount_digits} is finer than 10^-{ATOM_DIGITS}; take fewer digits"
            )
        self._scale: int = contract.size * 10**digits
        self._brackets = [
            (bracket.up_to * ATOM, bracket.max_leverage, bracket.maintenance, bracket.deduction)
            for bracket in contract.brackets
        ]
        self.market = market
        self.asset = contract.margin_asset
        self.direction = -1 if self._is_inverse else 1
        self.tick = market.tick

    def value(self, amount: int, price: int) -> int:
        """What `amount` (>= 0) is worth, in atoms of the margin asset."""
        return amount * self._scale // price if self._is_inverse else amount * price * self._scale

    def price_at(self, amount: int, value: Fraction) -> Fraction | None:
        """The price in quanta at which `amount` (> 0) is worth this much; None: at no price."""
        if value <= 0:
            return None
        each = value / amount
        return self._scale / each if self._is_inverse else each / self._scale

    # -- brackets

    def maintenance(self, value: int) -> int:
        """The maintenance margin of a position of this value, rounded up to an atom."""
        rate, deduction = self.bracket(value)
        return max(0, -(-value * rate // RATE) - deduction)

    def bracket(self, value: int) -> tuple[int, int]:
        """The maintenance rate (1e-8) and the deduction (atoms) at this value."""
        for up_to, _, rate, deduction in self._brackets:
            if value <= up_to:
                return rate, deduction
        return self._brackets[-1][2:]

    def brackets(self) -> list[tuple[int, int, int, int]]:
        """From which value, up to which value (atoms), at which rate, less which deduction."""
        floors = [0, *(up_to for up_to, *_ in self._brackets)]
        return [
            (floor, up_to, rate, deduction)
            for floor, (up_to, _, rate, deduction) in zip(floors, self._brackets, strict=False)
        ]

    def max_leverage(self) -> int:
        """The highest leverage that any value may have."""
        return max(leverage for _, leverage, *_ in self._brackets)

    def max_value(self, leverage: int) -> int:
        """The most that a position may be worth at this leverage, in atoms."""
        return max((up_to for up_to, most, *_ in self._brackets if most >= leverage), default=0)


def contract_of(market: Market) -> Contract:
    """The contract of a futures market; raises UsageError where it is none."""
    contract = market.contract
    if contract is None or market.family == "spot":
        raise UsageError(f"{market.symbol} is not a futures market: give it a Contract")
    if not contract.brackets:
        raise UsageError(f"{market.symbol} has no margin brackets: give its Contract at least one")
    return contract
