"""The books of one bot, kept a second time: what its store has acknowledged, in exact fractions.

Written from what a commit is and not from how desk, portfolio or store keep theirs, so that an
error of theirs is not in here. It outlives the bot's process, as the disk does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from hashlib import blake2b
from typing import Final

import attrs
import msgspec

from ...actors.orders.graph import group_of
from ...actors.orders.journal import Commit, Snapshot, trade_key
from ...actors.orders.model import LIVE, Order
from ...actors.portfolio.model import Balance

_encode: Final = msgspec.msgpack.Encoder(decimal_format="string").encode
BY_HAND: Final = ("edited", "cancelled as asked")  # how the evidence of these begins


@attrs.frozen
class Change:
    """An order before and after a commit."""

    before: Order | None
    after: Order


@attrs.frozen
class Loaded:
    """What a desk came back to, beside what the books said then."""

    epoch: int
    commits: int  # acknowledged by then
    orders: dict[str, Order]
    balances: dict[str, Balance]
    expected_orders: dict[str, Order]
    expected_balances: dict[str, Balance]


def _sums() -> dict[str, Fraction]:
    return defaultdict(Fraction)


@attrs.define
class Books:
    """What the commits of one account come to."""

    account: str = ""
    commits: int = 0  # acknowledged
    orders: dict[str, Order] = attrs.field(factory=dict)  # by id, ended ones too
    live: dict[str, Order] = attrs.field(factory=dict)  # by id
    ids: dict[str, str] = attrs.field(factory=dict)  # of orders, by client id
    reused: list[str] = attrs.field(factory=list)  # client ids of more than one order
    balances: dict[str, Balance] = attrs.field(factory=dict)  # by asset
    trades: dict[str, int] = attrs.field(factory=dict)  # how often each came, by trade key
    filled: dict[str, Fraction] = attrs.field(factory=_sums)  # by id
    cost: dict[str, Fraction] = attrs.field(factory=_sums)  # by id
    fees: dict[str, Fraction] = attrs.field(factory=_sums)  # as the fills say, by asset
    moved: dict[tuple[str, str], Fraction] = attrs.field(
        factory=lambda: defaultdict(Fraction)
    )  # by asset and ledger account
    groups: dict[str, dict[str, None]] = attrs.field(factory=dict)  # ids of all members, by group
    freed: int = 0  # orders that their parents have set free
    renewed: int = 0  # how often one went on under another client id
    by_hand: set[str] = attrs.field(factory=set)  # ids of orders that somebody edited or cancelled
    made: list[str] = attrs.field(factory=list)  # what came of nothing, a sentence each
    changes: tuple[Change, ...] = ()  # of the latest commit
    latest: Commit | None = None
    loads: list[Loaded] = attrs.field(factory=list)
    _hash: blake2b = attrs.field(factory=lambda: blake2b(digest_size=16))

    @property
    def hash(self) -> str:
        """Hex digest of all commits so far."""
        return self._hash.hexdigest()

    def order(self, order_id: str) -> Order | None:
        """An order as it was acknowledged last."""
        return self.orders.get(order_id)

    def by_client_id(self, client_id: str) -> Order | None:
        """The same by the id that the venue knows."""
        return self.orders.get(self.ids.get(client_id, ""))

    def take(self, commit: Commit) -> None:
        """A commit is durable."""
        self.commits += 1
        self._hash.update(_encode(commit))
        self.latest = commit
        self.changes = tuple(self._changed(order) for order in commit.orders)
        for fill in commit.fills:
            key = trade_key(fill.symbol, fill.trade_id)
            self.trades[key] = self.trades.get(key, 0) + 1
            amount = Fraction(fill.amount)
            order_id = self.ids.get(fill.client_id, fill.client_id)
            self.filled[order_id] += amount
            self.cost[order_id] += amount * Fraction(fill.price)
            self.fees[fill.fee_asset] += Fraction(fill.fee)
        left = _sums()
        for entry in commit.entries:
            self.moved[entry.asset, entry.account] += Fraction(entry.delta)
            left[entry.asset] += Fraction(entry.delta)
        self.made.extend(
            f"commit {self.commits} makes {float(amount):g} {asset} of nothing"
            for asset, amount in left.items()
            if amount
        )
        for balance in commit.balances:
            self.balances[balance.asset] = balance

    def load(self, snapshot: Snapshot) -> None:
        """A desk has read its account back."""
        self.account = snapshot.account
        self.loads.append(
            Loaded(
                snapshot.epoch,
                self.commits,
                {order.id: order for order in snapshot.orders},
                {balance.asset: balance for balance in snapshot.balances},
                dict(self.live),
                dict(self.balances),
            )
        )

    def held(self) -> dict[str, Fraction]:
        """What the live orders hold, by asset."""
        found = _sums()
        for order in self.live.values():
            found[order.held_asset] += Fraction(order.held)
        return found

    def waiting(self) -> Iterator[Order]:
        """The live orders that are not as they shall be, or of which nobody knows."""
        unsettled = {"due", "intent", "unknown"}
        return (each for each in self.live.values() if each.status in unsettled or each.wish)

    def members(self, group_id: str) -> list[Order]:
        """All orders of a group, ended ones too."""
        return [self.orders[order_id] for order_id in self.groups.get(group_id, ())]

    def _changed(self, order: Order) -> Change:
        before = self.orders.get(order.id)
        self.orders[order.id] = order
        if (group := group_of(order)) is not None:
            self.groups.setdefault(group.id, {})[order.id] = None
        if order.status in LIVE:
            self.live[order.id] = order
        else:
            self.live.pop(order.id, None)
        if (order.wish.reason if order.wish else order.evidence).startswith(BY_HAND):
            self.by_hand.add(order.id)
        if before is not None:
            self.freed += before.status == "chained" and order.status in {"inactive", "due"}
            self.renewed += before.client_id != order.client_id
        known = self.ids.setdefault(order.client_id, order.id)
        if known != order.id:
            self.reused.append(order.client_id)
        return Change(before, order)
