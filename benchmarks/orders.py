"""Orders to fill a store with: the commits of a desk, without a desk, a portfolio or a venue.

The rules are the real ones (`lifecycle`, `balances`), so that every record has the size and every
ledger the sums of real ones. Prices and sizes follow from a counter and nothing else.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ..actors.market.fill import Fill
from ..actors.market.money import ZERO, add, multiply
from ..actors.orders.ids import OrderIds
from ..actors.orders.journal import Commit
from ..actors.orders.lifecycle import accepted, cancelled, filled
from ..actors.orders.model import Order
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

    def place(self) -> Commit:
        """The intent of a new limit buy."""
        at = self._next()
        order_id, client_id = self._ids.draw()
        amount = multiply(Decimal(1_000_003 * at % 9_999_991 + 2), _STEP)
        price = multiply(Decimal(4_000_000 + 7_919 * at % 999_983), _TICK)
        held = multiply(multiply(amount, price), _GROSS)
        order = Order(
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
        return self._commit((order,), (), reserve(QUOTE, held))

    def accept(self, order_id: str) -> Commit:
        """The venue has taken the order."""
        order = self.orders[order_id]
        return self._commit((accepted(order, f"v{order.client_id[-9:]}", self._next()),), (), ())

    def trade(self, order_id: str, part: Decimal = Decimal(1)) -> Commit:
        """The venue has filled `part` of what is left of the order, 0 < part <= 1."""
        order, at = self.orders[order_id], self._next()
        amount = multiply(order.remaining, part).quantize(_STEP)
        price = order.price or ZERO
        self._trades += 1
        fee = multiply(multiply(amount, price), _RATE)
        trade_id = f"{self._chance}{self._trades:09}"
        fill = Fill(trade_id, order.client_id, SYMBOL, "buy", price, amount, fee, QUOTE, at)
        after = filled(order, (fill,), order.venue_id or f"v{order.client_id[-9:]}", at)
        unlocked = add(order.held, after.held.copy_negate())
        return self._commit((after,), (fill,), settle("buy", BASE, QUOTE, (fill,), unlocked))

    def cancel(self, order_id: str) -> Commit:
        """The order rests no more."""
        order = self.orders[order_id]
        after = cancelled(order, "cancelled by us", self._next())
        return self._commit((after,), (), release(order.held_asset, order.held))

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
