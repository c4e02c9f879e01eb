"""What a spot clearing keeps of an account, how a fee is rounded, and whether all adds up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from ..market.money import EXACT, plain
from .markets import ATOM_DIGITS, RATE
from .protocol import VENUE
from .values import AccountId

FEE_QUANTUM: Final[int] = 10 ** (ATOM_DIGITS - 8)  # atoms; fees are whole multiples of it

IN_QUOTE: Final = "/"  # as a fee asset: the quote of each market; no asset has this name

_CHARGE_QUANTUM: Final[int] = FEE_QUANTUM * RATE


class Balance:
    """What an account has of one asset, in atoms."""

    __slots__ = ("free", "locked")

    def __init__(self) -> None:
        self.free = 0
        self.locked = 0


class Account:
    """One customer, or the venue itself.

    maker, taker: its own rates in 1e-8; None: those of each market.
    fee_asset: what its fees are paid in; None: what it receives; `IN_QUOTE`: of each market its
    quote, and what a buy may cost is held with its fee.
    """

    __slots__ = ("balances", "fee_asset", "id", "maker", "taker")

    def __init__(
        self, account: AccountId, maker: int | None, taker: int | None, fee_asset: str | None
    ) -> None:
        self.id = account
        self.maker = maker
        self.taker = taker
        self.fee_asset = fee_asset
        self.balances: dict[str, Balance] = {}

    def balance(self, asset: str) -> Balance:
        """What it has of an asset; from now on it is one that it has had."""
        balance = self.balances.get(asset)
        if balance is None:
            balance = self.balances[asset] = Balance()
        return balance


def units_of(atoms: int) -> Decimal:
    """Atoms as units of their asset, with no zeros behind."""
    value = EXACT.scaleb(Decimal(atoms), -ATOM_DIGITS).normalize(EXACT)
    return Decimal(plain(value))


def to_fee(charge: int) -> int:
    """A fee in atoms. charge: atoms times a rate in 1e-8; what is less than 10^-8 is let off."""
    if charge < 0:
        return -(-charge // _CHARGE_QUANTUM * FEE_QUANTUM)
    return charge // _CHARGE_QUANTUM * FEE_QUANTUM


def broken_sums(accounts: Iterable[Account], net: Mapping[str, int]) -> Iterator[str]:
    """What does not add up: in words, for each.

    net: deposits minus withdrawals by asset. Nobody may owe but the venue.
    """
    totals: dict[str, int] = {}
    for account in accounts:
        for asset, balance in account.balances.items():
            totals[asset] = totals.get(asset, 0) + balance.free + balance.locked
            if balance.locked < 0 or (balance.free < 0 and account.id != VENUE):
                yield _debt(account.id, asset, balance)
    for asset, total in totals.items():
        if total != net.get(asset, 0):
            yield f"{asset} adds up to {total}, not to {net.get(asset, 0)}"


def _debt(account: AccountId, asset: str, balance: Balance) -> str:
    return f"account {account} has {balance.free} free and {balance.locked} locked of {asset}"
