"""User data on futures: what happens to an account goes to whoever listens by its listen key.

What a trade does to money and positions is told before the trade itself, as the venue does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from ....actors.matching.values import (
    AccountId,
    BalanceChanged,
    Event,
    MarkMoved,
    Movement,
    OrderChanged,
    PositionChanged,
    PositionSide,
)
from ....runtime import Millis
from ..access.limits import OrderLimit
from ..agenda import Ticket
from ..hub import Hub
from . import user_shapes as show
from .desk import OPEN, FuturesDesk
from .figures import Filled, filled_of
from .settings import ConfigChanged
from .shapes import Shape
from .words import REASONS

EVENTS: Final = (
    "ORDER_TRADE_UPDATE",
    "TRADE_LITE",
    "ALGO_UPDATE",
    "ACCOUNT_UPDATE",
    "ACCOUNT_CONFIG_UPDATE",
    "MARGIN_CALL",
    "listenKeyExpired",
)
"""What an account can be told."""

CALL_AT: Final = 80  # percent of the margin that maintenance asks for when a margin call goes out


class _Update:
    """The changes of one account that go out together."""

    def __init__(self, movement: Movement, at: Millis) -> None:
        self.movement: Movement = movement
        self.at = at
        self.balances: dict[str, BalanceChanged] = {}
        self.positions: dict[tuple[str, PositionSide], PositionChanged] = {}


class UserStreams:
    """Tells accounts what happened to them."""

    def __init__(self, desk: FuturesDesk, hub: Hub, orders: OrderLimit) -> None:
        self._desk = desk
        self._hub = hub
        self._orders = orders
        self._called: set[tuple[AccountId, str]] = set()  # margin calls that went out
        self._watch: Ticket | None = None

    def take(self, events: Iterable[Event]) -> None:
        """Tell of a batch of events, in their order."""
        pending: dict[AccountId, _Update] = {}
        moved: set[str] = set()
        for event in events:
            if type(event) is OrderChanged:
                self._on_order(pending, event)
            elif type(event) is BalanceChanged or type(event) is PositionChanged:
                self._gather(pending, event)
            elif type(event) is MarkMoved:
                moved.add(event.symbol)
        for account, update in pending.items():
            self._flush(account, update)
        for symbol in sorted(moved):
            self._call_margin(symbol)

    def config_changed(self, change: ConfigChanged) -> None:
        """An account has another leverage."""
        now = self._desk.agenda.now
        self._tell(
            change.account,
            change.symbol,
            show.leverage_changed(change.symbol, change.leverage, now),
        )

    def watch_keys(self) -> None:
        """A listen key has a new end: look at it then."""
        end = self._desk.listen_keys.next_end()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if end is not None:
            self._watch = self._desk.agenda.at(end, self.expire_keys)

    def expire_keys(self) -> None:
        """Say goodbye to the streams whose keys have died."""
        self._watch = None
        now = self._desk.agenda.now
        for key, _ in self._desk.listen_keys.take_expired(now):
            event = {"e": "listenKeyExpired", "E": now, "listenKey": key}
            self._hub.push(key, "listenKeyExpired", "", msgspec.json.encode(event).decode())
        self.watch_keys()

    # -- orders

    def _on_order(self, pending: dict[AccountId, _Update], event: OrderChanged) -> None:
        account, trade = event.order.request.account, event.execution
        if trade is not None and event.filled == trade.amount:
            self._orders.add(account, -1, event.at)
        if not self._is_heard(account):
            return
        self._flush(account, pending.pop(account, None))
        order = event.order
        if order.request.is_algo and self._on_algo(account, event):
            return
        market = self._desk.market(order.request.symbol)
        if not self._desk.product.is_inverse:
            lite = show.trade_lite(event, market)
            if lite is not None:
                self._tell(account, market.symbol, lite)
        side = order.request.position_side
        shown = show.order_update(
            event,
            market,
            self._desk.product,
            self._filled(event),
            self._desk.clearing.position(account, market.symbol, side),
        )
        self._tell(account, market.symbol, shown)
        if order.request.is_algo and event.status not in OPEN:
            self._tell_algo(account, event)

    def _on_algo(self, account: AccountId, event: OrderChanged) -> bool:
        """Tell of an algo order; whether that is all there is to tell."""
        is_waiting = event.change != "triggered" and self._desk.is_waiting(event.order)
        if is_waiting or event.change == "triggered":
            self._tell_algo(account, event)
        return is_waiting

    def _tell_algo(self, account: AccountId, event: OrderChanged) -> None:
        order = event.order
        market = self._desk.market(order.request.symbol)
        number = self._desk.algo_id(order)
        shown = show.algo_update(order, market, number, event.at, event.reason)
        self._tell(account, market.symbol, shown)

    def _filled(self, event: OrderChanged) -> Filled:
        """What an order had traded when this happened."""
        order = event.order
        request = order.request
        last = event.execution.trade_id if event.execution is not None else None
        own = (
            each
            for each in self._desk.engine.executions(request.account, request.symbol)
            if each.order_id == order.id and (last is None or each.trade_id <= last)
        )
        then = msgspec.structs.replace(order, filled=event.filled, cost=event.cost)
        return filled_of(then, self._desk.market(request.symbol), own)

    # -- money

    def _gather(
        self, pending: dict[AccountId, _Update], event: BalanceChanged | PositionChanged
    ) -> None:
        if not self._is_heard(event.account):
            return
        update = pending.get(event.account)
        if update is not None and REASONS[update.movement] != REASONS[event.movement]:
            self._flush(event.account, update)
            update = None
        if update is None:
            update = pending[event.account] = _Update(event.movement, event.at)
        if isinstance(event, BalanceChanged):
            update.balances[event.asset] = event
        else:
            update.positions[event.symbol, event.position_side] = event

    def _flush(self, account: AccountId, update: _Update | None) -> None:
        if update is None:
            return
        clearing = self._desk.clearing
        balances = [
            show.balance(event, clearing.summary(account, asset))
            for asset, event in update.balances.items()
        ]
        positions = [
            show.position(
                event, self._desk.market(symbol), clearing.position(account, symbol, side)
            )
            for (symbol, side), event in update.positions.items()
        ]
        shown = show.account_update(update.movement, update.at, balances, positions)
        self._tell(account, "", shown)

    def _call_margin(self, symbol: str) -> None:
        """Warn once whoever holds this contract and has little margin left."""
        asset = self._desk.asset_of(self._desk.market(symbol))
        for account in self._desk.holders(symbol):
            if not self._is_heard(account):
                continue
            summary = self._desk.clearing.summary(account, asset)
            margin, asked = summary.margin_balance, summary.maintenance_margin
            key = (account, asset)
            if asked * 100 < margin * CALL_AT:
                self._called.discard(key)
            elif key not in self._called:
                self._called.add(key)
                held = [
                    (market, each)
                    for market, each in self._desk.positions(
                        account, self._desk.engine.markets.values()
                    )
                    if each.amount and each.asset == asset
                ]
                now = self._desk.agenda.now
                self._tell(account, "", show.margin_call(held, summary.cross_wallet, now))

    # -- to whom

    def _is_heard(self, account: AccountId) -> bool:
        key = self._desk.listen_keys.of_account(account)
        return key is not None and self._hub.wants(key)

    def _tell(self, account: AccountId, symbol: str, shown: Shape) -> None:
        key = self._desk.listen_keys.of_account(account)
        if key is not None and self._hub.wants(key):
            text = msgspec.json.encode(shown).decode()
            self._hub.push(key, str(shown["e"]), symbol, text)
