"""What a market takes: the filters and the combinations of an order request; pure.

Money is not looked at here, and neither is the book: both come later, and only for an order that
these rules let through.
"""

from __future__ import annotations

from typing import Final

from .markets import RATE, Market
from .pairs import Desk, Pair
from .refusals import Refused
from .values import OrderKind, OrderRequest

ICEBERG_PARTS: Final = 100  # into how many an iceberg may break at most

_AT_MARKET: Final[frozenset[OrderKind]] = frozenset(
    ("market", "stop_loss", "take_profit", "trailing_stop")
)
STOPS: Final[frozenset[OrderKind]] = frozenset(
    ("stop_loss", "stop_limit", "take_profit", "take_profit_limit", "trailing_stop")
)


def is_stop(request: OrderRequest) -> bool:
    """Whether an order waits for a price before it goes to the book."""
    return request.kind in STOPS


def check(request: OrderRequest, pair: Pair, desk: Desk) -> None:
    """Raise Refused where a market does not take an order of any kind."""
    if request.kind == "limit":
        check_limit(request, pair, desk)
        return
    market = pair.market
    if market.state != "trading":
        _check_open(market)
    _check_combination(request, market)
    if request.price is not None:
        check_limit_price(request.price, pair)
        if request.amount is not None:
            check_amount(request.amount, market)
            if not request.is_reduce_only:
                check_cost(request.price * request.amount, market)
    elif request.amount is not None:
        check_market_amount(request, pair)
    if request.client_id in desk.by_client or len(desk.open) >= market.max_orders:
        _check_desk(request, market, desk)
    if request.visible is not None:
        _check_iceberg(request, desk, market)
    if request.kind in STOPS:
        _check_stop(request, pair, desk)


def check_limit(request: OrderRequest, pair: Pair, desk: Desk) -> None:
    """The same for a limit order, in one go: most orders are of this kind."""
    market = pair.market
    price, amount = request.price, request.amount
    if (
        market.state != "trading"
        or price is None
        or amount is None
        or request.stop_price is not None
        or request.trailing_bips is not None
        or request.quote_amount is not None
        or request.closes_position
        or (request.time_in_force == "GTD" and request.good_till is None)
    ):
        _check_open(market)
        raise _unsupported(request, market)
    if price < market.min_price or price > market.max_price or price % market.tick:
        check_price(price, market)
    if amount < market.min_amount or amount > market.max_amount or amount % market.step:
        check_amount(amount, market)
    around = pair.reference
    if around is None:
        around = pair.last if pair.mark is None else pair.mark
    if around is not None:
        scaled = price * RATE
        if scaled > around * market.up_percent or scaled < around * market.down_percent:
            _check_percent(price, around, market)
    if price * amount < market.min_cost and not request.is_reduce_only:
        check_cost(price * amount, market)
    if request.client_id in desk.by_client or len(desk.open) >= market.max_orders:
        _check_desk(request, market, desk)
    if request.visible is not None:
        _check_iceberg(request, desk, market)


def check_amount(amount: int, market: Market) -> None:
    """LOT_SIZE, of an order with a limit."""
    if amount < market.min_amount or amount > market.max_amount or amount % market.step:
        raise Refused(
            "LOT_SIZE",
            f"{amount} is not between {market.min_amount} and {market.max_amount} in steps of "
            f"{market.step} (quanta of {market.symbol})",
        )


def check_cost(cost: int, market: Market) -> None:
    """NOTIONAL."""
    if cost < market.min_cost and market.family != "inverse":
        raise Refused("NOTIONAL", f"a cost of {cost} is below {market.min_cost} (quanta)")


def check_price(price: int, market: Market) -> None:
    """PRICE_FILTER, of a limit or of a stop price."""
    if price < market.min_price or price > market.max_price or price % market.tick:
        raise Refused(
            "PRICE_FILTER",
            f"{price} is not between {market.min_price} and {market.max_price} in ticks of "
            f"{market.tick} (quanta of {market.symbol})",
        )


def check_limit_price(price: int, pair: Pair) -> None:
    """PRICE_FILTER and PERCENT_PRICE."""
    check_price(price, pair.market)
    around = pair.price()
    if around is not None:
        _check_percent(price, around, pair.market)


def check_market_amount(request: OrderRequest, pair: Pair) -> None:
    """MARKET_LOT_SIZE, and NOTIONAL at what the market is at."""
    market, amount = pair.market, request.amount or 0
    step = market.market_step or market.step
    most = market.market_max_amount or market.max_amount
    if amount < market.min_amount or amount % market.step:
        check_amount(amount, market)
    if amount > most or amount % step:
        raise Refused("MARKET_LOT_SIZE", f"{amount} is above {most} or not in steps of {step}")
    price = pair.price()
    if price is not None and not request.is_reduce_only:
        check_cost(price * amount, market)


def _check_open(market: Market) -> None:
    if market.state != "trading":
        raise Refused("MARKET_CLOSED", f"{market.symbol} is {market.state}")


def _check_percent(price: int, around: int, market: Market) -> None:
    scaled = price * RATE
    if scaled > around * market.up_percent or scaled < around * market.down_percent:
        raise Refused("PERCENT_PRICE", f"{price} is too far from {around} (quanta)")


def _check_desk(request: OrderRequest, market: Market, desk: Desk) -> None:
    if len(desk.open) >= market.max_orders:
        raise Refused("MAX_NUM_ORDERS", f"{len(desk.open)} orders are open in {market.symbol}")
    named = desk.by_client.get(request.client_id) if request.client_id else None
    if named is not None and named.id in desk.open:
        raise Refused("DUPLICATE_ORDER", f"order {named.id} is open as {request.client_id!r}")


def _check_combination(request: OrderRequest, market: Market) -> None:
    kind = request.kind
    if (
        kind == "market"
        and request.amount is not None
        and request.price is None
        and request.quote_amount is None
        and request.stop_price is None
        and request.trailing_bips is None
        and request.visible is None
        and not request.closes_position
    ):
        return  # the usual one
    has_limit = kind not in _AT_MARKET
    if has_limit is (request.price is None) or (request.visible is not None and not has_limit):
        raise _unsupported(request, market)
    sizes = (request.amount is not None) + (request.quote_amount is not None)
    if request.closes_position:
        if sizes or market.family == "spot" or kind not in {"stop_loss", "take_profit"}:
            raise _unsupported(request, market)
    elif sizes != 1 or (
        request.quote_amount is not None and (kind != "market" or market.family != "spot")
    ):
        raise _unsupported(request, market)
    if request.quote_amount is not None:
        if request.quote_amount < 1:
            raise Refused("LOT_SIZE", f"a quote amount of {request.quote_amount} buys nothing")
        check_cost(request.quote_amount, market)
    if has_limit and request.time_in_force == "GTD" and request.good_till is None:
        raise Refused("BAD_COMBINATION", "a GTD order says until when: set good_till")
    waits = request.stop_price is not None or request.trailing_bips is not None
    if waits is (kind == "market") or (kind == "trailing_stop" and request.trailing_bips is None):
        raise _unsupported(request, market)


def _check_iceberg(request: OrderRequest, desk: Desk, market: Market) -> None:
    visible, amount = request.visible or 0, request.amount or 0
    if request.time_in_force in {"IOC", "FOK"} or visible > amount:
        raise _unsupported(request, market)
    check_amount(visible, market)
    if -(-amount // visible) > ICEBERG_PARTS:
        raise Refused(
            "ICEBERG_PARTS", f"{amount} in parts of {visible} is more than {ICEBERG_PARTS}"
        )
    icebergs = sum(1 for each in desk.open.values() if each.request.visible is not None)
    if icebergs >= market.max_icebergs:
        raise Refused("MAX_NUM_ICEBERG_ORDERS", f"{icebergs} icebergs are open")


def _check_stop(request: OrderRequest, pair: Pair, desk: Desk) -> None:
    market = pair.market
    if request.stop_price is not None:
        check_price(request.stop_price, market)
    if request.activation_price is not None:
        check_price(request.activation_price, market)
    bips = request.trailing_bips
    if bips is not None:
        least, most = market.trailing_bips
        if not least <= bips <= most:
            raise Refused("TRAILING_DELTA", f"{bips} is not between {least} and {most}")
    stops = sum(1 for each in desk.open.values() if each.status == "held")
    if stops >= market.max_stops:
        raise Refused("MAX_NUM_ALGO_ORDERS", f"{stops} stops are open in {market.symbol}")


def _unsupported(request: OrderRequest, market: Market) -> Refused:
    return Refused(
        "BAD_COMBINATION",
        f"{market.symbol} takes no {request.kind} order with this set of amount, price, stop price "
        "and time in force",
    )
