"""Orders to fill a store with: the commits of a desk, without a desk, a portfolio or a venue.

The rules are the real ones (`lifecycle`, `balances`), so that every record has the size and every
ledger the sums of real ones. Prices and sizes follow from a counter and nothing else.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from ..actors.market.fill import Fill
from ..actors.market.money import ZERO, add, multiply
from ..actors.orders.graph import group_of, parent_of
from ..actors.orders.ids import OrderIds
from ..actors.orders.journal import Commit
from ..actors.orders.lifecycle import accepted, cancelled, filled, following, sent, withdrawn
from ..actors.orders.model import Order
from ..actors.orders.plan import Chain, Group, Plan, Swap, TrailingDistance
from ..actors.orders.revising import edited, ended, target
from ..actors.portfolio.balances import Entries, deposit, post, release, reserve, settle
from ..actors.portfolio.model import Balance
from ..runtime import Millis

START: Final = Millis(1_700_000_000_000)  # ms UTC, of the first order
DEPOSIT: Final = Decimal(1_000_000_000)  # USDT
BASE, QUOTE = "BTC", "USDT"
SYMBOL: Final = f"{BASE}/{QUOTE}"

_GROSS, _RATE = Decimal("1.001"), Decimal("0.001")  # of the cost, fee included; the fee alone
_STEP, _TICK = Decimal("0.00000001"), Decimal("0.01")


class Scribe:
    """Writes the commits of one account, in order.

    chance, epoch: of the order ids; two scribes of one account differ in one of them.
    """

    def __init__(self, account: str, *, chance: int = 1, epoch: int = 1) -> None:
        self.account = account
        self.orders: dict[str, Order] = {}  # live ones, oldest first
        self.balances: dict[str, Balance] = {}
        self._ids = OrderIds(chance, epoch)
        self._chance = chance
        self._time = self._trades = 0

    def deposit(self) -> Commit:
        """What the account starts with."""
        return self._commit((), (), deposit(QUOTE, DEPOSIT))

    def deposit_base(self) -> Commit:
        """What orders that sell stand on."""
        return self._commit((), (), deposit(BASE, DEPOSIT))

    def place(self) -> Commit:
        """The intent of a new limit buy."""
        order = self._intent(self._next())
        return self._commit((order,), (), reserve(QUOTE, order.held))

    def bracket(self) -> Commit:
        """A new limit buy, with a take profit and a trailing stop that wait for it to fill."""
        at = self._next()
        parent = self._intent(at)
        group = Group(f"g-{parent.id}", "oco", Swap())
        price = parent.price or ZERO
        profit = self._chained(parent, multiply(price, Decimal("1.05")).quantize(_TICK), group)
        stop = replace(
            self._chained(parent, None, group, multiply(price, Decimal("0.95")).quantize(_TICK)),
            kind="stop_loss",
            purpose="protective",
        )
        return self._commit((parent, profit, stop), (), reserve(QUOTE, parent.held))

    def send(self, order_id: str) -> Commit:
        """The intent of an order that was due."""
        order, at = self.orders[order_id], self._next()
        amount, asset = order.amount, BASE
        if order.side == "buy":
            amount, asset = multiply(multiply(amount, order.price or ZERO), _GROSS), QUOTE
        return self._commit((sent(order, asset, amount, at),), (), reserve(asset, amount))

    def edit(self, order_id: str) -> Commit:
        """The order shall be larger: at once where it is held back, else once it is taken back."""
        order, at = self.orders[order_id], self._next()
        amount = add(order.amount, _STEP)
        return self._commit((edited(order, "as asked for", at, amount=amount),), (), ())

    def take_back(self, order_id: str) -> Commit:
        """The venue has an order with a wish no more: it lives on as that says, or ends."""
        order, at = self.orders[order_id], self._next()
        if order.wish is None or order.wish.then == "end":
            after = cancelled(order, "taken back", at)
        else:
            after = withdrawn(order, "taken back", at, self._ids.draw()[1])
        changed = (after, *self._following(after, at))
        return self._commit(changed, (), release(order.held_asset, order.held))

    def _intent(self, at: Millis) -> Order:
        order_id, client_id = self._ids.draw()
        amount = multiply(Decimal(1_000_003 * at % 9_999_991 + 2), _STEP)
        price = multiply(Decimal(4_000_000 + 7_919 * at % 999_983), _TICK)
        held = multiply(multiply(amount, price), _GROSS)
        return Order(
            order_id,
            client_id,
            SYMBOL,
            "buy",
            "limit",
            amount,
            price,
            "intent",
            QUOTE,
            held,
            ZERO,
            ZERO,
            ZERO,
            "",
            at,
            at,
        )

    def _chained(
        self, parent: Order, price: Decimal | None, group: Group, stop: Decimal | None = None
    ) -> Order:
        order_id, client_id = self._ids.draw()
        profile = None if stop is None else TrailingDistance(Decimal("0.05"))
        return replace(
            parent,
            id=order_id,
            client_id=client_id,
            side="sell",
            price=price,
            status="chained",
            held_asset=BASE,
            held=ZERO,
            plan=Plan(
                stop=stop,
                tag="bracket",
                chain=Chain(parent.id, parent.amount, parent.amount),
                group=group,
                profile=profile,
            ),
        )

    def accept(self, order_id: str) -> Commit:
        """The venue has taken the order."""
        order = self.orders[order_id]
        return self._commit((accepted(order, f"v{order.client_id[-9:]}", self._next()),), (), ())

    def trade(self, order_id: str, part: Decimal = Decimal(1)) -> Commit:
        """The venue has filled `part` of what is left of the order, 0 < part <= 1."""
        order, at = self.orders[order_id], self._next()
        amount = multiply(order.remaining, part).quantize(_STEP)
        stop = None if order.plan is None else order.plan.stop
        price = order.price or stop or ZERO
        self._trades += 1
        fee = multiply(multiply(amount, price), _RATE)
        trade_id = f"{self._chance}{self._trades:09}"
        fill = Fill(trade_id, order.client_id, SYMBOL, order.side, price, amount, fee, QUOTE, at)
        after = filled(order, (fill,), order.venue_id or f"v{order.client_id[-9:]}", at)
        unlocked = add(order.held, after.held.copy_negate())
        entries = settle(order.side, BASE, QUOTE, (fill,), unlocked)
        return self._commit((after, *self._following(after, at)), (fill,), entries)

    def cancel(self, order_id: str) -> Commit:
        """The order rests no more."""
        order, at = self.orders[order_id], self._next()
        after = cancelled(order, "cancelled by us", at)
        changed = (after, *self._following(after, at))
        return self._commit(changed, (), release(order.held_asset, order.held))

    def _following(self, after: Order, at: Millis) -> tuple[Order, ...]:
        """What becomes of the orders that wait for one, and of the mates of its group."""
        group, changed = group_of(after), list[Order]()
        for order in self.orders.values():
            then = order
            if parent_of(order) == after.id:
                then = _released(order, after, at)
            elif group is not None and group_of(order) == group and order.id != after.id:
                is_over = after.status in {"filled", "cancelled"}
                then = ended(order, f"{after.id} is {after.status}", at) if is_over else order
            if then is not order:
                changed.append(then)
        return tuple(changed)

    def _commit(
        self, orders: tuple[Order, ...], fills: tuple[Fill, ...], entries: Entries
    ) -> Commit:
        after = post(self.balances, entries)
        self.balances.update((balance.asset, balance) for balance in after)
        for order in orders:
            if order.is_live:
                self.orders[order.id] = order
            else:
                self.orders.pop(order.id, None)
        return Commit(self.account, orders, fills, entries, after)

    def _next(self) -> Millis:
        self._time += 1
        return Millis(START + self._time)


def _released(child: Order, parent: Order, at: Millis) -> Order:
    """A child whose parent has filled more, or has ended: as much is to trade as has filled."""
    why = f"{parent.id} has filled {parent.filled:f}"
    if child.status != "chained":
        grows = parent.filled > target(child)[0]
        return edited(child, why, at, amount=parent.filled) if grows else child
    if parent.filled:
        status = following(child, "free")
        return replace(child, status=status, amount=parent.filled, changed_at=at, evidence=why)
    return child if parent.is_live else ended(child, f"{parent.id} has ended", at)


def open_brackets(account: str, count: int) -> list[Commit]:
    """The commits after which `count` orders are live, and half of them are chained and grouped.

    Every fourth of those that are out has filled by half, and set free what waits for it.
    """
    scribe = Scribe(account)
    brackets = count // 4
    commits = [scribe.deposit(), scribe.deposit_base()]
    commits += [scribe.place() for _ in range(count - 3 * brackets)]
    commits += [scribe.bracket() for _ in range(brackets)]
    intents = [order.id for order in scribe.orders.values() if order.status == "intent"]
    for number, order_id in enumerate(intents):
        if number % 4:
            commits.append(scribe.accept(order_id))
        else:
            commits.append(scribe.trade(order_id, Decimal("0.5")))
    return commits


def open_orders(account: str, count: int) -> list[Commit]:
    """The commits after which `count` orders rest, every fourth of them filled by half."""
    scribe = Scribe(account)
    commits = [scribe.deposit()]
    commits += [scribe.place() for _ in range(count)]
    for number, order_id in enumerate(list(scribe.orders)):
        if number % 4:
            commits.append(scribe.accept(order_id))
        else:
            commits.append(scribe.trade(order_id, Decimal("0.5")))
    return commits
