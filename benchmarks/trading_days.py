"""Days of random orders on spot and on futures, and what must hold after every step of them.

A day is a spot market, a linear contract and an inverse one, each with the same twenty accounts,
and one step a minute in each of them: mostly orders of all kinds around a price that wanders, and
now and then what else can happen to an exchange. What was paid in and out is counted here, not
asked of anybody. What does not hold raises DayBroken or the clearing's own BooksBroken.
"""

from __future__ import annotations

from random import Random
from typing import Final, Protocol

from msgspec.structs import replace

from ..actors.market.side import SIDES
from ..actors.matching.clearing import SpotClearing
from ..actors.matching.engine import MatchingEngine
from ..actors.matching.futures import INSURANCE, FuturesClearing
from ..actors.matching.markets import ATOM, RATE, Bracket, Contract, Market
from ..actors.matching.protocol import VENUE, Clearing
from ..actors.matching.refusals import Refused
from ..actors.matching.values import (
    Liquidated,
    OrderKind,
    OrderRequest,
    SelfTrade,
    TimeInForce,
    Traded,
)
from ..runtime import BenthicError, Millis

ACCOUNTS: Final = 20
MINUTES: Final = 1_440
MINUTE: Final = 60_000  # ms
FUNDING: Final = 480  # minutes
LOOK: Final = 10  # minutes; then all margins and positions are looked at

# What is usual stands several times.
_KINDS: Final[tuple[OrderKind, ...]] = (
    "limit", "limit", "limit", "limit", "limit", "limit", "limit", "limit", "limit", "limit",
    "market", "market", "market", "market",
    "stop_loss", "stop_limit", "take_profit", "take_profit_limit", "trailing_stop",
)  # fmt: skip
_FORCES: Final[tuple[TimeInForce, ...]] = (
    "GTC", "GTC", "GTC", "GTC", "GTC", "GTC", "GTC", "GTC", "IOC", "FOK", "GTX", "GTD",
)  # fmt: skip
_MODES: Final[tuple[SelfTrade, ...]] = (
    "none", "none", "none", "none", "expire_taker", "expire_maker", "expire_both", "decrement",
)  # fmt: skip

SPOT: Final = Market(
    symbol="BTCUSDT",
    family="spot",
    base="BTC",
    quote="USDT",
    price_digits=2,
    amount_digits=5,
    tick=1,
    step=1,
    min_cost=10**7,
    max_orders=30,
)
_STEPS_OF_USDT: Final = (
    Bracket(50_000, 125, RATE // 250, 0),
    Bracket(10_000_000, 20, RATE // 40, 1_050 * ATOM),
)
_STEPS_OF_BTC: Final = (Bracket(5, 125, RATE // 250, 0), Bracket(1_000, 20, RATE // 40, ATOM // 10))
LINEAR: Final = replace(
    SPOT,
    family="linear",
    amount_digits=3,
    min_cost=10**4,
    contract=Contract(1, "USDT", _STEPS_OF_USDT),
)
INVERSE: Final = replace(
    SPOT,
    symbol="BTCUSD_PERP",
    family="inverse",
    quote="USD",
    price_digits=1,
    amount_digits=0,
    min_cost=0,
    contract=Contract(100, "BTC", _STEPS_OF_BTC, pair="BTCUSD"),
)


class DayBroken(BenthicError):
    """Something that must hold does not."""

    def __init__(self, symbol: str, minute: int, detail: str) -> None:
        super().__init__(f"{symbol} at minute {minute}: {detail}")


class Day(Protocol):
    """One market for a day."""

    @property
    def counts(self) -> tuple[int, int]:
        """Trades and liquidations, so far."""
        ...

    def step(self, minute: int) -> None:
        """Do one thing, and look whether all holds."""
        ...


class _Flow:
    """Orders around a price that wanders, of accounts that pay in and out."""

    def __init__(
        self, market: Market, clearing: Clearing, start: int, size: int, chance: Random
    ) -> None:
        self.market = market
        self.clearing = clearing
        self.engine = MatchingEngine([market], clearing, history=500)
        self.chance = chance
        self.price = start
        self.minute = 0
        self.refused = self.trades = self.liquidations = 0
        self._size = size  # amount quanta of the largest order
        self._paid_in: dict[str, int] = {}

    @property
    def at(self) -> Millis:
        return Millis(self.minute * MINUTE)

    def pay(self, account: int, asset: str, atoms: int) -> None:
        """Pay in, or out where it is negative and there is as much."""
        if atoms >= 0:
            self.clearing.deposit(account, asset, atoms, self.at)
        else:
            self.clearing.withdraw(account, asset, -atoms, self.at)
        self._paid_in[asset] = self._paid_in.get(asset, 0) + atoms

    def wander(self) -> None:
        """A small step of the price; seldom a large one."""
        spread = 300 if self.chance.random() < 1 / 50 else 10
        self.price += self.price * self.chance.randint(-spread, spread) // 10_000

    def near(self) -> int:
        """A price around the market."""
        return self.price + self.price * self.chance.randint(-40, 40) // 10_000

    def request(self, account: int) -> OrderRequest:
        """Any order."""
        chance, kind = self.chance, self.chance.choice(_KINDS)
        has_limit = kind in {"limit", "stop_limit", "take_profit_limit"}
        force = chance.choice(_FORCES) if kind == "limit" else "GTC"
        amount = chance.randint(max(self._size // 50, 1), self._size)
        waits = kind not in {"limit", "market", "trailing_stop"}
        is_iceberg = kind == "limit" and force == "GTC" and chance.random() < 1 / 10
        return OrderRequest(
            account=account,
            symbol=self.market.symbol,
            side=chance.choice(SIDES),
            kind=kind,
            amount=amount,
            price=self.near() if has_limit else None,
            time_in_force=force,
            good_till=Millis(self.at + 30 * MINUTE),
            stop_price=self.near() if waits else None,
            trailing_bips=chance.randint(10, 200) if kind == "trailing_stop" else None,
            visible=-(-amount // 5) if is_iceberg else None,
            self_trade=chance.choice(_MODES),
        )

    def cancel(self, account: int) -> None:
        """One of the account's orders, or all of them."""
        orders = self.engine.open_orders(account)
        if orders and self.chance.random() < 1 / 8:
            self.engine.cancel_all(account, self.market.symbol, self.at)
        elif orders:
            number = self.chance.choice(orders).id
            self.engine.cancel(account, self.market.symbol, self.at, order_id=number)

    def amend(self, account: int) -> None:
        """Another amount for one of the account's orders."""
        orders = self.engine.open_orders(account)
        if orders:
            order = self.chance.choice(orders)
            amount = max(order.amount * self.chance.randint(40, 110) // 100, 1)
            self.engine.amend(
                account, self.market.symbol, self.at, order_id=order.id, amount=amount
            )

    def count(self) -> None:
        """Take the events, and count those that matter."""
        for event in self.engine.take_events():
            self.trades += isinstance(event, Traded)
            self.liquidations += isinstance(event, Liquidated)

    def holds(self) -> None:
        """Raise where an asset does not add up or the book is crossed."""
        self.clearing.check()
        for asset, paid in self._paid_in.items():
            if self.clearing.total(asset) != paid:
                detail = f"{asset} adds up to {self.clearing.total(asset)}, {paid} was paid in"
                raise DayBroken(self.market.symbol, self.minute, detail)
        bid, ask = self.engine.best(self.market.symbol)
        if bid is not None and ask is not None and bid >= ask:
            raise DayBroken(self.market.symbol, self.minute, f"bid {bid}, ask {ask}")


class SpotDay:
    """A spot market: orders, lists, halts, restarts, money in and out."""

    def __init__(self, chance: Random) -> None:
        self._clearing = SpotClearing()
        self._flow = _Flow(SPOT, self._clearing, 3_000_000, 40_000, chance)
        self.engine = self._flow.engine
        for account in range(1, ACCOUNTS + 1):
            rates = {1: (-10_000, 20_000), 2: (0, 0)}.get(account, (None, None))
            self._clearing.open_account(account, maker=rates[0], taker=rates[1])
            self._flow.pay(account, "BTC", 3 * ATOM)
            self._flow.pay(account, "USDT", 90_000 * ATOM)

    @property
    def counts(self) -> tuple[int, int]:
        """Trades and liquidations."""
        return self._flow.trades, self._flow.liquidations

    def step(self, minute: int) -> None:
        flow, chance = self._flow, self._flow.chance
        flow.minute = minute
        flow.wander()
        self.engine.expire(flow.at)
        account = chance.randint(1, ACCOUNTS)
        try:
            self._act(account, chance.random())
        except Refused:
            flow.refused += 1
        flow.holds()
        for each in range(1, ACCOUNTS + 1):
            for asset, (free, locked) in self._clearing.balances(each).items():
                if free < 0 or locked < 0:
                    raise DayBroken("BTCUSDT", minute, f"account {each} owes {asset}")
        flow.count()

    def _act(self, account: int, draw: float) -> None:
        flow, chance = self._flow, self._flow.chance
        if draw < 0.70:  # noqa: PLR2004 - shares of the steps, cumulated
            self.engine.submit(flow.request(account), flow.at)
        elif draw < 0.75:  # noqa: PLR2004
            self._list(account)
        elif draw < 0.88:  # noqa: PLR2004
            flow.cancel(account)
        elif draw < 0.92:  # noqa: PLR2004
            flow.amend(account)
        elif draw < 0.98:  # noqa: PLR2004
            asset, most = chance.choice((("BTC", ATOM // 2), ("USDT", 10_000 * ATOM)))
            flow.pay(account, asset, chance.randint(-most, most))
        elif draw < 0.99:  # noqa: PLR2004
            state = "trading" if self.engine.markets["BTCUSDT"].state == "halted" else "halted"
            self.engine.set_market(replace(SPOT, state=state), flow.at)
        else:
            self.engine.restart(flow.at, lambda order: order.list_id < 0 and not order.id % 3)

    def _list(self, account: int) -> None:
        flow, chance = self._flow, self._flow.chance
        side = chance.choice(SIDES)
        away = flow.price // 200 if side == "sell" else -flow.price // 200
        amount = chance.randint(1_000, 20_000)
        limit = OrderRequest(
            account=account,
            symbol="BTCUSDT",
            side=side,
            kind="limit",
            amount=amount,
            price=flow.price + away,
            time_in_force="GTX",
        )
        stop = replace(
            limit,
            kind="stop_loss",
            price=None,
            time_in_force="GTC",
            stop_price=flow.price - away,
        )
        first = replace(limit, side=SIDES[side == "buy"], price=flow.near(), time_in_force="GTC")
        if chance.random() < 1 / 2:
            self.engine.submit_list((limit, stop), flow.at)
        else:
            self.engine.submit_list((first, limit, stop), flow.at, contingency="OTOCO")


class FuturesDay:
    """A contract: orders, leverage, margin, marks, funding, and liquidations."""

    def __init__(self, market: Market, chance: Random) -> None:
        contract = market.contract
        if contract is None:
            raise TypeError(f"{market.symbol} is no contract")
        self._asset = contract.margin_asset
        self._symbol = market.symbol
        self._clearing = FuturesClearing()
        linear = market.family == "linear"
        start, size = (3_000_000, 1_500) if linear else (300_000, 400)
        self._flow = _Flow(market, self._clearing, start, size, chance)
        self._money = 5_000 * ATOM if linear else ATOM // 5
        self.engine = self._flow.engine
        for account in range(1, ACCOUNTS + 1):
            self._clearing.open_account(account)
            self._flow.pay(account, self._asset, self._money * chance.randint(1, 4))
            self._clearing.set_leverage(account, market.symbol, chance.choice((3, 5, 10, 20, 50)))
            if chance.random() < 1 / 2:
                self._clearing.set_margin_type(account, market.symbol, "isolated")
        self._mark()

    @property
    def counts(self) -> tuple[int, int]:
        """Trades and liquidations."""
        return self._flow.trades, self._flow.liquidations

    def step(self, minute: int) -> None:
        flow, chance = self._flow, self._flow.chance
        flow.minute = minute
        self.engine.expire(flow.at)
        account = chance.randint(1, ACCOUNTS)
        try:
            self._act(account, chance.random())
        except Refused:
            flow.refused += 1
        if minute and not minute % FUNDING:
            self.engine.fund(self._symbol, chance.randint(-75_000, 75_000), flow.at)
        flow.wander()
        self._mark()
        flow.holds()
        if not minute % LOOK:
            self._check_margins(minute)
        flow.count()

    def _act(self, account: int, draw: float) -> None:
        flow, chance = self._flow, self._flow.chance
        if draw < 0.78:  # noqa: PLR2004 - shares of the steps, cumulated
            wanted = flow.request(account)
            is_exit = chance.random() < 1 / 6
            self.engine.submit(replace(wanted, is_reduce_only=is_exit), flow.at)
        elif draw < 0.88:  # noqa: PLR2004
            flow.cancel(account)
        elif draw < 0.92:  # noqa: PLR2004
            flow.amend(account)
        elif draw < 0.97:  # noqa: PLR2004
            flow.pay(account, self._asset, chance.randint(-self._money, self._money))
        else:
            self._clearing.set_leverage(account, self._symbol, chance.choice((3, 5, 10, 20, 50)))

    def _mark(self) -> None:
        flow = self._flow
        self.engine.set_mark(self._symbol, flow.price, flow.price, flow.at)

    def _check_margins(self, minute: int) -> None:
        """After a mark nobody is below the maintenance margin, and longs are as many as shorts."""
        holders = (*range(1, ACCOUNTS + 1), INSURANCE, VENUE)
        amounts = 0
        for account in dict.fromkeys(holders):
            for position in self._clearing.positions(account):
                amounts += position.amount
                if account in {INSURANCE, VENUE} or not position.amount:
                    continue
                margin = position.isolated_margin
                if position.margin_type == "cross":
                    summary = self._clearing.summary(account, self._asset)
                    margin = summary.cross_wallet + summary.cross_unrealised
                if margin < position.maintenance_margin:
                    detail = f"account {account} has {margin} of {position.maintenance_margin}"
                    raise DayBroken(self._symbol, minute, detail)
        if amounts:
            raise DayBroken(self._symbol, minute, f"longs and shorts differ by {amounts}")


def days(seed: int) -> tuple[Day, ...]:
    """The three markets of the day that has this seed."""
    chances = [Random(f"{seed} {name}") for name in ("spot", "linear", "inverse")]  # noqa: S311
    return SpotDay(chances[0]), FuturesDay(LINEAR, chances[1]), FuturesDay(INVERSE, chances[2])
