"""User data on spot: what happens to an account goes to all who listen for it, in order.

There are two ways to listen: a stream named by a listen key, and a subscription on a connection
to the WebSocket API, which wraps each event with the subscription's number.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

import msgspec

from ....actors.matching.values import (
    AccountId,
    BalanceChanged,
    Event,
    ListChanged,
    OrderChanged,
)
from ..access.limits import OrderLimit
from ..access.listen_keys import ListenKeys
from ..agenda import Ticket
from ..hub import Hub
from ..wire.messages import Session
from . import reports
from .desk import SpotDesk

OUTSIDE = frozenset(("deposit", "withdraw", "transfer"))
EVENTS = (
    "executionReport",
    "listStatus",
    "outboundAccountPosition",
    "balanceUpdate",
    "listenKeyExpired",
    "eventStreamTerminated",
)
"""What an account can be told."""


class Subscription(msgspec.Struct, frozen=True):
    """One subscription of a connection to the WebSocket API."""

    session: Session
    number: int  # of the connection, from 0
    account: AccountId


class UserStreams:
    """Tells accounts what happened to them.

    clients: the accounts that anybody can listen for; of others nothing is kept.
    """

    def __init__(
        self,
        desk: SpotDesk,
        hub: Hub,
        listen_keys: ListenKeys,
        orders: OrderLimit,
        clients: Container[AccountId],
    ) -> None:
        self._desk = desk
        self._hub = hub
        self._listen_keys = listen_keys
        self._orders = orders
        self._clients = clients
        self._agenda = hub.agenda
        self._subscriptions: dict[AccountId, list[Subscription]] = {}
        self._watch: Ticket | None = None

    def subscribe(self, subscription: Subscription) -> None:
        """Tell this connection too."""
        self._subscriptions.setdefault(subscription.account, []).append(subscription)

    def unsubscribe(self, subscription: Subscription) -> None:
        """Tell this connection no more."""
        left = self._subscriptions.get(subscription.account, [])
        left[:] = [each for each in left if each is not subscription]
        if not left:
            self._subscriptions.pop(subscription.account, None)

    def take(self, events: Iterable[Event]) -> None:
        """Tell of a batch of events: each order and list as it came, then the balances."""
        clients = self._clients
        balances: dict[AccountId, dict[str, BalanceChanged]] = {}
        for event in events:  # most are of simulated traders, or of nobody
            kind = type(event)
            if kind is OrderChanged:
                if event.order.request.account in clients:  # type: ignore[union-attr]  # as kind says
                    self._on_order(event)  # type: ignore[arg-type]  # as kind says
            elif kind is BalanceChanged:
                if event.account in clients:  # type: ignore[union-attr]  # as kind says
                    self._on_balance(event, balances)  # type: ignore[arg-type]  # as kind says
            elif isinstance(event, ListChanged) and self._is_heard(event.account):
                self._on_list(event)
        for account, changes in balances.items():
            if self._is_heard(account):
                self._tell(account, "", reports.position(changes, self._agenda.now))

    def watch_keys(self) -> None:
        """A listen key has a new end: look at it then."""
        end = self._listen_keys.next_end()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if end is not None:
            self._watch = self._agenda.at(end, self.expire_keys)

    def expire_keys(self) -> None:
        """Say goodbye to the streams whose keys have died."""
        self._watch = None
        now = self._agenda.now
        for key, _ in self._listen_keys.take_expired(now):
            event = {"e": "listenKeyExpired", "E": now, "listenKey": key}
            self._hub.push(key, "listenKeyExpired", "", msgspec.json.encode(event).decode())
        self.watch_keys()

    def end_all(self) -> None:
        """Every subscription is over; the connections are told."""
        for subscriptions in tuple(self._subscriptions.values()):
            for subscription in tuple(subscriptions):
                self.end(subscription)

    def end(self, subscription: Subscription) -> None:
        """A subscription is over; its connection is told."""
        self.unsubscribe(subscription)
        self._send(subscription, "", {"e": "eventStreamTerminated", "E": self._agenda.now})

    def _on_order(self, event: OrderChanged) -> None:
        request, trade = event.order.request, event.execution
        if trade is not None and event.filled == trade.amount:
            self._orders.add(request.account, -1, event.at)
        if not self._is_heard(request.account):
            return
        market = self._desk.market(request.symbol)
        number = self._desk.draw_number()
        strategy = self._desk.strategy(event.order)
        report = reports.execution_report(event, market, number, strategy)
        self._desk.mark_pending(event.order, report, "X")
        self._tell(request.account, request.symbol, report)

    def _on_balance(
        self, event: BalanceChanged, balances: dict[AccountId, dict[str, BalanceChanged]]
    ) -> None:
        self._desk.balance_times[event.account] = event.at
        balances.setdefault(event.account, {})[event.asset] = event
        if event.movement in OUTSIDE and self._is_heard(event.account):
            self._tell(event.account, "", reports.balance_update(event))

    def _on_list(self, event: ListChanged) -> None:
        found = self._desk.engine.order_list(event.account, event.list_id)
        orders = list(found.orders) if found is not None else []
        self._tell(event.account, event.symbol, reports.list_status(event, orders))

    def _is_heard(self, account: AccountId) -> bool:
        if account in self._subscriptions:
            return True
        key = self._listen_keys.of_account(account)
        return key is not None and self._hub.wants(key)

    def _tell(self, account: AccountId, symbol: str, event: reports.Report) -> None:
        key = self._listen_keys.of_account(account)
        if key is not None and self._hub.wants(key):
            text = msgspec.json.encode(event).decode()
            self._hub.push(key, str(event["e"]), symbol, text)
        for subscription in tuple(self._subscriptions.get(account, ())):
            self._send(subscription, symbol, event)

    def _send(self, subscription: Subscription, symbol: str, event: reports.Report) -> None:
        wrapped = {"subscriptionId": subscription.number, "event": event}
        text = msgspec.json.encode(wrapped).decode()
        self._hub.deliver(subscription.session, "user", str(event["e"]), symbol, text)
