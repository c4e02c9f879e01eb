"""What a matching engine is asked, what it keeps, and what it says.

Prices and amounts are whole numbers: a price counts quanta of 10^-price_digits, an amount quanta
of 10^-amount_digits of its market, so that a comparison is one of integers and nothing is ever
rounded on the way through a book. Whoever speaks to the outside converts once, at the edge.

Requests and events are values. An `Order` is the engine's own record and changes while it lives:
an event carries what was true when it happened, since the order may have gone on by the time the
event is read.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from ...runtime import Millis
from ..market.side import Liquidity, Side

AccountId: TypeAlias = int  # 0 is the venue itself
Family = Literal["spot", "linear", "inverse"]
OrderKind = Literal[
    "market",
    "limit",
    "stop_loss",
    "stop_limit",
    "take_profit",
    "take_profit_limit",
    "trailing_stop",
]
TimeInForce = Literal["GTC", "IOC", "FOK", "GTX", "GTD"]  # GTX: post-only
SelfTrade = Literal["none", "expire_taker", "expire_maker", "expire_both", "decrement"]
PositionSide = Literal["both", "long", "short"]  # "both" in one-way mode
Trigger = Literal["last", "mark"]  # the price that a stop watches
Status = Literal[
    "held",  # a stop that has not been triggered, or the second leg of a list
    "open",
    "partial",
    "filled",
    "cancelled",
    "expired",
    "expired_in_match",  # by self-trade prevention
    "rejected",  # accepted, and refused when it was triggered
]
Change = Literal[
    "new",
    "trade",
    "cancelled",
    "expired",
    "replaced",  # amended
    "triggered",
    "rejected",
    "prevented",  # self-trade prevention took of it; `status` says whether it ended by that
]
Movement = Literal[
    "order", "trade", "fee", "deposit", "withdraw", "transfer", "funding", "liquidation", "adl",
    "insurance", "margin", "rounding",
]  # fmt: skip

ENDED: frozenset[Status] = frozenset(
    ("filled", "cancelled", "expired", "expired_in_match", "rejected")
)


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An order as an account sends it; prices and amounts in quanta of its market."""

    account: AccountId
    symbol: str  # the venue's own spelling: "BTCUSDT"
    side: Side
    kind: OrderKind
    client_id: str = ""  # empty: the engine draws one
    amount: int | None = None  # of base, or contracts; None where quote_amount or close_position
    quote_amount: int | None = None  # spot market orders; quanta of price times amount
    price: int | None = None  # of the kinds with a limit
    time_in_force: TimeInForce = "GTC"
    good_till: Millis | None = None  # GTD only
    stop_price: int | None = None
    trailing_bips: int | None = None  # distance of a trailing stop, in 1/10,000
    activation_price: int | None = None  # of a trailing stop; None: from the start
    visible: int | None = None  # iceberg: how much of it shows
    self_trade: SelfTrade = "none"
    trigger: Trigger = "last"
    position_side: PositionSide = "both"
    is_reduce_only: bool = False
    closes_position: bool = False
    is_algo: bool = False  # sent as a futures conditional ("algo") order


class Order(msgspec.Struct, kw_only=True, gc=False):
    """An order as the engine knows it; the engine alone changes it."""

    id: int  # of its symbol, ascending
    request: OrderRequest
    client_id: str
    amount: int  # quanta; of a market order by quote amount: what it bought in the end
    created_at: Millis
    updated_at: Millis
    status: Status = "open"
    price: int = 0  # of its limit; 0: none
    stop_price: int = 0  # moves with a trailing stop
    filled: int = 0  # amount quanta
    cost: int = 0  # price quanta times amount quanta, of all fills
    list_id: int = -1
    prevented: int = 0  # amount quanta that self-trade prevention took
    working_at: Millis = Millis(-1)  # when it came onto the book; -1: not yet
    is_triggered: bool = False
    is_liquidation: bool = False
    held: int = 0  # kept aside for it by the clearing, in atoms; the clearing's own
    shown: int = 0  # of an iceberg on the book: the part in sight

    @property
    def left(self) -> int:
        """What may still trade, in amount quanta."""
        return self.amount - self.filled - self.prevented


class Execution(msgspec.Struct, frozen=True, gc=False):
    """One side's share of a trade."""

    trade_id: int  # of its symbol, ascending without holes
    order_id: int
    account: AccountId
    symbol: str
    side: Side
    price: int
    amount: int
    liquidity: Liquidity
    fee: int  # in atoms of fee_asset, negative: a rebate
    fee_asset: str
    profit: int  # realised, atoms of the margin asset; 0 on spot
    at: Millis
    position_side: PositionSide = "both"


class OrderChanged(msgspec.Struct, frozen=True, gc=False):
    """An order of an account changed; `execution` where it traded."""

    change: Change
    order: Order
    status: Status
    filled: int
    cost: int
    execution: Execution | None
    at: Millis
    reason: str = ""  # why it was rejected or expired
    replaces: str = ""  # the client id that a cancel was sent with, or the order that was replaced


class ListChanged(msgspec.Struct, frozen=True, gc=False):
    """An order list (OCO) was taken, is executing, or has ended."""

    list_id: int
    account: AccountId
    symbol: str
    client_id: str
    contingency: Literal["OCO", "OTO", "OTOCO"]
    state: Literal["taken", "executing", "done"]
    orders: tuple[int, ...]
    at: Millis


class Traded(msgspec.Struct, frozen=True, gc=False):
    """A public trade."""

    trade_id: int
    symbol: str
    price: int
    amount: int
    buyer: int  # order id
    seller: int  # order id
    is_buyer_maker: bool
    at: Millis


class LevelChanged(msgspec.Struct, frozen=True, gc=False):
    """How much rests at one price now; 0: nothing any more."""

    symbol: str
    side: Side
    price: int
    amount: int
    at: Millis


class BalanceChanged(msgspec.Struct, frozen=True, gc=False):
    """An account's balance of one asset after a change; amounts in atoms."""

    account: AccountId
    asset: str
    free: int  # of futures: the wallet balance
    locked: int  # of futures: 0
    delta: int  # of free + locked
    movement: Movement
    at: Millis
    symbol: str = ""


class PositionChanged(msgspec.Struct, frozen=True, gc=False):
    """A futures position after a change."""

    account: AccountId
    symbol: str
    position_side: PositionSide
    amount: int  # signed amount quanta
    entry_cost: int  # signed; what the position was entered for (see the clearing for its unit)
    is_isolated: bool
    isolated_margin: int  # atoms
    movement: Movement
    at: Millis


class Liquidated(msgspec.Struct, frozen=True, gc=False):
    """The venue closed a position by force: the public notice of one forced order."""

    order: Order
    price: int  # average
    at: Millis


class MarkMoved(msgspec.Struct, frozen=True, gc=False):
    """A contract's mark and index price, and the funding that comes next."""

    symbol: str
    mark: int  # price quanta
    index: int  # price quanta
    rate: int  # funding rate in 1e-8
    next_funding: Millis
    at: Millis


class Funded(msgspec.Struct, frozen=True, gc=False):
    """Funding was settled for a contract."""

    symbol: str
    rate: int  # in 1e-8
    mark: int
    at: Millis


class MarketChanged(msgspec.Struct, frozen=True, gc=False):
    """A market's rules or its state changed (halted, delisted, another filter)."""

    symbol: str
    at: Millis


Event: TypeAlias = (
    OrderChanged
    | ListChanged
    | Traded
    | LevelChanged
    | BalanceChanged
    | PositionChanged
    | Liquidated
    | MarkMoved
    | Funded
    | MarketChanged
)
