"""What open orders keep from being spent, and which orders an account may send.

An order is asked for the initial margin of what it would open, and for the loss that it would
begin with if it filled away from the mark. Orders of both sides of a position are not added up:
the larger of "all bids fill" and "all asks fill" counts. What closes asks for nothing. A stop is
looked at when it is triggered, not before.
"""

from __future__ import annotations

from ..markets import Market
from ..refusals import Refused
from ..values import Order, OrderRequest
from .books import Books
from .margin import available, most_value, order_margin, setting_of
from .records import Account, Hold, Resting, Slot
from .terms import Terms


class Holds:
    """The holds of the open orders of all accounts."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._holds: dict[tuple[str, int], Hold] = {}  # by symbol and order id

    def hold(self, order: Order, market: Market, reference_price: int) -> None:
        """Keep margin for an order, or raise Refused and keep nothing."""
        request = order.request
        account = self._books.account(request.account)
        if not account.is_user() or order.is_liquidation:
            return
        _check_mode(account, request)
        if _waits(order):
            return
        slot = account.slot(request.symbol, request.position_side)
        if request.is_reduce_only or request.closes_position:
            if not self.allowance(order):
                raise Refused("REDUCE_ONLY", f"no position in {request.symbol} for it to reduce")
        elif _closes(request):
            self._hold_closing(order, slot, account.rests(slot.symbol, slot.side))
        else:
            self._hold_margin(order, self._books.terms(market), reference_price, slot)

    def rehold(self, order: Order, market: Market, reference_price: int) -> None:
        """Keep margin for an order that had as much before, whatever the account has now."""
        request = order.request
        account = self._books.account(request.account)
        if not account.is_user() or order.is_liquidation or _waits(order):
            return
        if request.is_reduce_only or request.closes_position:
            return
        slot = account.slot(request.symbol, request.position_side)
        if _closes(request):
            self._keep_closing(order, slot, account.rests(slot.symbol, slot.side))
        else:
            self._keep_margin(order, self._books.terms(market), reference_price, slot)

    def release(self, order: Order) -> None:
        """Free what is left of a hold; harmless where nothing is."""
        hold = self._holds.pop((order.request.symbol, order.id), None)
        if hold is not None:
            _shrink(hold, order, 0, 0, 0)

    def traded(self, order: Order, terms: Terms, amount: int) -> None:
        """A part of an order has become position: its hold is less by that."""
        hold = self._holds.get((order.request.symbol, order.id))
        if hold is not None:
            left = max(0, hold.amount - amount)
            value = terms.value(left, hold.price) if hold.price else 0
            _shrink(hold, order, left, value, hold.loss * left // hold.amount if left else 0)

    def allowance(self, order: Order) -> int:
        """How much of the position an order on its other side may close, in amount quanta."""
        request = order.request
        account = self._books.account(request.account)
        slot = account.slots.get((request.symbol, request.position_side))
        if slot is None:
            return 0
        return max(0, slot.amount if request.side == "sell" else -slot.amount)

    def _hold_closing(self, order: Order, slot: Slot, resting: Resting) -> None:
        # In hedge mode what closes can never open the other side: closing orders may not come
        # to more than the position, and so no two of them can.
        if order.left > abs(slot.amount) - resting.closing:
            raise Refused(
                "REDUCE_ONLY",
                f"orders would close more of the {slot.side} position in {slot.symbol} than there "
                f"is: {slot.amount}, of which {resting.closing} already has orders",
            )
        self._keep_closing(order, slot, resting)

    def _keep_closing(self, order: Order, slot: Slot, resting: Resting) -> None:
        hold = Hold(resting, 0, order.left, 0, 0, is_closing=True)
        resting.closing += order.left
        self._holds[slot.symbol, order.id] = hold

    def _hold_margin(self, order: Order, terms: Terms, reference_price: int, slot: Slot) -> None:
        books = self._books
        account = books.accounts[slot.account]
        asked, most = order_margin(books, account, slot), most_value(books, account, slot)
        self._keep_margin(order, terms, reference_price, slot)
        try:
            self._check_size(account, slot, terms, most)
            self._check_margin(account, slot, terms, asked)
        except Refused:
            self.release(order)
            raise

    def _keep_margin(self, order: Order, terms: Terms, reference_price: int, slot: Slot) -> None:
        books = self._books
        mark = books.mark(slot.symbol)
        price = order.price or reference_price or mark
        if not order.price and order.request.side == "sell":
            price = max(price, mark)  # a short at market is reckoned at no less than the mark
        if not price:
            return  # nothing has a price yet, so there is nothing to trade with either
        value = terms.value(order.left, price)
        loss = opening_loss(terms, slot, _signed(order), price, mark)
        resting = books.accounts[slot.account].rests(slot.symbol, slot.side)
        hold = Hold(resting, price, order.left, value, loss, is_closing=False)
        _grow(hold, order)
        self._holds[slot.symbol, order.id] = hold

    def _check_margin(self, account: Account, slot: Slot, terms: Terms, before: int) -> None:
        books = self._books
        if order_margin(books, account, slot) > before:
            free = available(books, account, terms.asset)
            if free < 0:
                raise Refused(
                    "MARGIN_IS_INSUFFICIENT", f"{-free} atoms of {terms.asset} are missing"
                )

    def _check_size(self, account: Account, slot: Slot, terms: Terms, before: int) -> None:
        most = most_value(self._books, account, slot)
        leverage = setting_of(self._books, account, slot.symbol).leverage
        if most > terms.max_value(leverage) and most > before:
            raise Refused(
                "MAX_POSITION",
                f"{most} atoms of {terms.asset} in {slot.symbol} are more than a leverage of "
                f"{leverage} may have: {terms.max_value(leverage)}",
            )


def opening_loss(terms: Terms, slot: Slot, signed: int, price: int, mark: int) -> int:
    """What is lost at once when `signed` quanta trade at `price` and stand at `mark`, in atoms.

    Only of what opens: closing is a loss or a profit of its own.
    """
    reducible = abs(slot.amount) if slot.amount * signed < 0 else 0
    amount = max(0, abs(signed) - reducible)
    if not amount or not mark:
        return 0
    gain = terms.direction * (terms.value(amount, mark) - terms.value(amount, price))
    return max(0, -gain if signed > 0 else gain)


def _check_mode(account: Account, request: OrderRequest) -> None:
    if (account.mode == "one_way") != (request.position_side == "both"):
        raise Refused(
            "POSITION_SIDE",
            f"an order for {request.position_side!r} does not go with {account.mode} mode",
        )
    if account.mode == "hedge" and request.is_reduce_only:
        raise Refused("BAD_COMBINATION", "in hedge mode the sides say what reduces: drop it")


def _closes(request: OrderRequest) -> bool:
    """Whether an order in hedge mode closes what its position side has."""
    return request.position_side == ("long" if request.side == "sell" else "short")


def _waits(order: Order) -> bool:
    request = order.request
    is_stop = request.stop_price is not None or request.trailing_bips is not None
    return is_stop and not order.is_triggered


def _signed(order: Order) -> int:
    return order.left if order.request.side == "buy" else -order.left


def _grow(hold: Hold, order: Order) -> None:
    resting = hold.resting
    resting.loss += hold.loss
    if order.request.side == "buy":
        resting.bids += hold.value
    else:
        resting.asks += hold.value


def _shrink(hold: Hold, order: Order, amount: int, value: int, loss: int) -> None:
    """Bring a hold down to these, and the sums with it."""
    resting = hold.resting
    resting.loss += loss - hold.loss
    if hold.is_closing:
        resting.closing += amount - hold.amount
    elif order.request.side == "buy":
        resting.bids += value - hold.value
    else:
        resting.asks += value - hold.value
    hold.amount, hold.value, hold.loss = amount, value, loss
