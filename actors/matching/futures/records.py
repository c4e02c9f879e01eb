"""What a futures clearing keeps of its accounts, and what it tells of them.

The mutable ones (`Slot`, `Resting`, `Account`) are the clearing's own and change while it works;
the frozen ones (`Position`, `Summary`, `Income`, `MarginChange`) are answers and stay as they are.
All money is in atoms of the margin asset.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from typing import Final, Literal

import msgspec

from ....runtime import Millis
from ..values import AccountId, PositionSide

PositionMode = Literal["one_way", "hedge"]
MarginType = Literal["cross", "isolated"]
MarginMove = Literal["add", "remove"]
IncomeKind = Literal["transfer", "profit", "fee", "funding", "insurance"]
Purse = Literal["fees", "house", "settlement", "rounding", "aid"]

LEVERAGE: Final = 20  # of a symbol that nobody has set one for


class Slot(msgspec.Struct, gc=False):
    """One position, or the place for one.

    cost: signed by the contract's direction (see `terms`): what was paid for what is open, > 0 for
    a linear long and for an inverse short.
    isolated: what is set aside for it; 0 in cross margin.
    spent: fees less profits since it was opened; what it must bring to break even.
    """

    account: AccountId
    symbol: str
    side: PositionSide
    amount: int = 0  # amount quanta, < 0: short
    cost: int = 0
    isolated: int = 0
    realised: int = 0  # of all time
    spent: int = 0
    updated_at: Millis = Millis(0)


class Resting(msgspec.Struct, gc=False):
    """The open orders of one account for one position, summed; values in atoms."""

    bids: int = 0
    asks: int = 0
    loss: int = 0  # that orders begin with, measured at the mark when they came
    closing: int = 0  # amount quanta of the orders that close, in hedge mode


class Hold(msgspec.Struct, gc=False):
    """What one open order adds to the sums of `Resting`."""

    resting: Resting
    price: int  # price quanta, at which it is valued
    amount: int  # amount quanta that it is held for
    value: int
    loss: int
    is_closing: bool


class Setting(msgspec.Struct, gc=False):
    """How an account trades one symbol."""

    leverage: int = LEVERAGE
    margin: MarginType = "cross"


class Income(msgspec.Struct, frozen=True):
    """One change of a wallet, by its cause."""

    id: int  # ascending over all accounts
    kind: IncomeKind
    symbol: str  # "": of none
    asset: str
    atoms: int
    at: Millis
    trade_id: int = 0  # 0: of none


class MarginChange(msgspec.Struct, frozen=True):
    """One move of money between the wallet and an isolated position, by its owner."""

    symbol: str
    side: PositionSide
    atoms: int
    move: MarginMove
    at: Millis


class Account:
    """One user, the venue itself, or the insurance fund."""

    __slots__ = (
        "id", "incomes", "maker", "margin_changes", "mode", "resting", "settings", "slots",
        "taker", "wallets",
    )  # fmt: skip

    def __init__(self, account: AccountId, history: int) -> None:
        self.id = account
        self.maker: int | None = None  # its own rates in 1e-8
        self.taker: int | None = None
        self.mode: PositionMode = "one_way"
        self.wallets: dict[str, int] = {}  # by asset
        self.slots: dict[tuple[str, PositionSide], Slot] = {}
        self.resting: dict[tuple[str, PositionSide], Resting] = {}
        self.settings: dict[str, Setting] = {}
        self.incomes: deque[Income] = deque(maxlen=history)
        self.margin_changes: deque[MarginChange] = deque(maxlen=history)

    def is_user(self) -> bool:
        """Whether margin, fees and liquidation are its business."""
        return self.id > 0

    def slot(self, symbol: str, side: PositionSide) -> Slot:
        """Its position, or the place for one."""
        slot = self.slots.get((symbol, side))
        if slot is None:
            slot = self.slots[symbol, side] = Slot(self.id, symbol, side)
        return slot

    def rests(self, symbol: str, side: PositionSide) -> Resting:
        """The sums of its open orders for a position."""
        resting = self.resting.get((symbol, side))
        if resting is None:
            resting = self.resting[symbol, side] = Resting()
        return resting


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A position as it is now; of no amount where there is none.

    Prices are fractions of price quanta, for whoever prints them to round.
    """

    account: AccountId
    symbol: str
    side: PositionSide
    asset: str
    amount: int  # amount quanta, < 0: short
    entry_cost: int  # signed, see `Slot`
    entry_price: Fraction  # 0 where there is no position
    break_even_price: Fraction  # as above
    mark: int  # price quanta, 0: none yet
    value: int  # notional at mark, signed as `amount`
    leverage: int
    margin_type: MarginType
    isolated_wallet: int
    isolated_margin: int  # with the unrealised profit
    unrealised: int
    realised: int  # of all time, fees apart
    initial_margin: int  # of position and orders
    position_margin: int
    order_margin: int
    maintenance_margin: int
    max_value: int  # the most that the leverage allows
    bid_value: int  # of open orders
    ask_value: int
    liquidation_price: Fraction | None  # None: at no price
    updated_at: Millis


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What an account has of one margin asset."""

    asset: str
    wallet: int
    unrealised: int
    margin_balance: int  # wallet and unrealised profit
    initial_margin: int
    position_margin: int
    order_margin: int
    maintenance_margin: int
    cross_wallet: int  # without what is set aside for isolated positions
    cross_unrealised: int
    available: int  # for new positions, >= 0
    withdrawable: int  # >= 0
