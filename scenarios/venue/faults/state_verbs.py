"""What a fault can do to the venue itself, as values: to its engines, clock, keys and doors.

They say what shall happen and do nothing themselves: `state` carries them out, at a moment of the
plan, from the control port, or when a request or a push is matched. Amounts and prices are
decimals in whole assets; `account` is the venue's number of an account.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from ....actors.matching.values import SelfTrade
from .request_verbs import Verb
from .span import Span

Which = Literal["newest", "oldest", "all"]


class EngineRestart(Verb, frozen=True, tag="engine_restart"):
    """The matching engine comes back without some of its open orders, and says nothing of it.

    share: of the orders which is lost, drawn by the seed; 1: all. account 0: of all accounts.
    For `down` every request is answered 503.
    """

    share: Decimal = Decimal(1)
    symbol: str = ""
    account: int = 0
    down: Span = Span(0)


class ClockDrift(Verb, frozen=True, tag="clock_drift"):
    """The venue's clock runs `ppm` millionths too fast from now on; negative: too slow."""

    ppm: int


class ClockStep(Verb, frozen=True, tag="clock_step"):
    """The venue's clock jumps; negative: back."""

    by: Span


class ExpireListenKeys(Verb, frozen=True, tag="expire_listen_keys"):
    """All listen keys and user-data subscriptions end now."""


class Ban(Verb, frozen=True, tag="ban"):
    """Every request of an address is refused for `time`; without `address`: of all."""

    time: Span
    status: int = 418
    address: str = ""


class Delist(Verb, frozen=True, tag="delist"):
    """The market goes: its open orders are cancelled and it takes no new ones."""

    symbol: str


class Halt(Verb, frozen=True, tag="halt"):
    """The market takes no orders until it is resumed."""

    symbol: str


class Resume(Verb, frozen=True, tag="resume"):
    """A halted market trades again."""

    symbol: str


class ChangeFilter(Verb, frozen=True, tag="change_filter"):
    """The market's rules change while it trades; what is not given stays."""

    symbol: str
    tick: Decimal | None = None
    step: Decimal | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    min_cost: Decimal | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    up_percent: Decimal | None = None
    down_percent: Decimal | None = None
    max_orders: int | None = None


class Deposit(Verb, frozen=True, tag="deposit"):
    """Somebody sends money to the account."""

    asset: str
    amount: Decimal
    account: int = 1


class Withdraw(Verb, frozen=True, tag="withdraw"):
    """Somebody takes money from the account."""

    asset: str
    amount: Decimal
    account: int = 1


class SetFees(Verb, frozen=True, tag="set_fees"):
    """Other rates for the account, negative ones being rebates; fees in a third asset."""

    maker: Decimal
    taker: Decimal
    fee_asset: str = ""
    account: int = 1


class ManualOrder(Verb, frozen=True, tag="manual_order"):
    """Somebody places an order on the account by hand, with an id of the venue's web page."""

    symbol: str
    side: Literal["buy", "sell"]
    amount: Decimal
    price: Decimal | None = None  # None: a market order
    client_id: str = "web_1"
    self_trade: SelfTrade = "none"  # what becomes of orders of the account that it meets
    account: int = 1


class VenueCancel(Verb, frozen=True, tag="venue_cancel"):
    """The venue cancels open orders of the account by itself."""

    symbol: str
    which: Which = "all"
    account: int = 1


class Fill(Verb, frozen=True, tag="fill"):
    """A stranger trades with open orders of the account: `share` of each.

    At the point of a request this comes before it is executed, which makes a race certain.
    """

    symbol: str
    which: Which = "newest"
    share: Decimal = Decimal(1)
    account: int = 1


class MovePrice(Verb, frozen=True, tag="move_price"):
    """A stranger moves the market to a price, through whatever rests on the way."""

    symbol: str
    to: Decimal


class SetMark(Verb, frozen=True, tag="set_mark"):
    """Mark and index price of a contract leave the last price."""

    symbol: str
    mark: Decimal
    index: Decimal | None = None


class Fund(Verb, frozen=True, tag="fund"):
    """Funding is settled now, at this rate."""

    symbol: str
    rate: Decimal


class Liquidate(Verb, frozen=True, tag="liquidate"):
    """The mark price goes where the account's position is liquidated, and comes back."""

    symbol: str
    account: int = 1


class Deleverage(Verb, frozen=True, tag="adl"):
    """The account's position is closed against somebody else's bankruptcy."""

    symbol: str
    account: int = 1


class ServerShutdown(Verb, frozen=True, tag="server_shutdown"):
    """The venue announces that it goes down and closes every WebSocket `after` a while."""

    after: Span = Span(10_000)
    code: int = 1001


class Disconnect(Verb, frozen=True, tag="disconnect"):
    """Every WebSocket is closed now, as after 24 hours."""

    code: int = 1008
    reason: str = "24 hours"


class RefuseConnections(Verb, frozen=True, tag="refuse_connections"):
    """New connections are refused for `time`; with a `status`, handshakes are answered so."""

    time: Span
    status: int = 0


StateVerb: TypeAlias = (
    EngineRestart
    | ClockDrift
    | ClockStep
    | ExpireListenKeys
    | Ban
    | Delist
    | Halt
    | Resume
    | ChangeFilter
    | Deposit
    | Withdraw
    | SetFees
    | ManualOrder
    | VenueCancel
    | Fill
    | MovePrice
    | SetMark
    | Fund
    | Liquidate
    | Deleverage
    | ServerShutdown
    | Disconnect
    | RefuseConnections
)
