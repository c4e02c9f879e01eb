"""An order meets the book: who trades with whom, how much, and who is kept from it.

It moves along levels and queues; what a trade or an end means is the keeper's business.
"""

from __future__ import annotations

from ...runtime import Millis
from .keeping import Keeper
from .ladder import Level
from .pairs import Pair
from .sweeps import NO_LIMIT
from .values import Change, LevelChanged, Order, Status


def cross(keeper: Keeper, pair: Pair, taker: Order, at: Millis) -> None:
    """Let an order trade with all that it reaches, best price first."""
    ladder = pair.asks if taker.request.side == "buy" else pair.bids
    keys, levels, sign = ladder.keys, ladder.levels, ladder.sign
    worst = taker.price * sign if taker.price else NO_LIMIT
    symbol, side = pair.market.symbol, ladder.side
    while keys:
        key = keys[-1]
        if key < worst:
            break
        level = levels[key]
        left = _meet(keeper, pair, taker, level, key * sign, at)
        if level.amount == 0 and level.front() is None:
            ladder.drop(key)
        keeper.events.append(LevelChanged(symbol, side, key * sign, level.amount, at))
        if left == 0:
            break


def _meet(keeper: Keeper, pair: Pair, taker: Order, level: Level, price: int, at: Millis) -> int:
    """Trade with one level; what is left of the taker."""
    request = taker.request
    own = request.account if request.self_trade != "none" else -1
    left = taker.amount - taker.filled - taker.prevented
    while left:
        maker = level.front()
        if maker is None:
            return left
        if maker.request.account == own:
            left = _prevent(keeper, pair, taker, maker, level, at)
            continue
        amount = maker.shown if maker.shown < left else left  # noqa: FURB136 - min() is slower
        if pair.is_futures and maker.request.is_reduce_only:
            amount = min(amount, keeper.clearing.allowance(maker, pair.market))
            if not amount:
                _drop_maker(keeper, pair, maker, level, "expired", "expired", at)
                continue
        keeper.trade(pair, taker, maker, price, amount, at)
        left -= amount
        level.amount -= amount
        maker.shown -= amount
        if maker.status == "filled":
            level.pop()
            keeper.retire(pair, maker, at)
        elif maker.shown == 0:
            _show_more(level, maker)
    return left


def _prevent(
    keeper: Keeper, pair: Pair, taker: Order, maker: Order, level: Level, at: Millis
) -> int:
    """Self-trade prevention; what is left of the taker."""
    mode = taker.request.self_trade
    if mode == "decrement":
        amount = min(taker.left, maker.shown)
        _decrement(keeper, pair, taker, maker, level, amount, at)
        return taker.left
    if mode != "expire_taker":
        maker.prevented += maker.left
        _drop_maker(keeper, pair, maker, level, "expired_in_match", "prevented", at)
    if mode != "expire_maker":
        taker.prevented += taker.left
        keeper.end(pair, taker, "expired_in_match", "prevented", at)
    return taker.left


def _decrement(
    keeper: Keeper, pair: Pair, taker: Order, maker: Order, level: Level, amount: int, at: Millis
) -> None:
    level.amount -= amount
    maker.shown -= amount
    for order in (maker, taker):
        order.prevented += amount
        if order.left:
            keeper.tell("prevented", order, at)
            rehold(keeper, pair, order)
    if not maker.left:
        _drop_maker(keeper, pair, maker, level, "expired_in_match", "prevented", at)
    elif not maker.shown:
        _show_more(level, maker)
    if not taker.left:
        keeper.end(pair, taker, "expired_in_match", "prevented", at)


def rehold(keeper: Keeper, pair: Pair, order: Order) -> None:
    """The hold of an order with a limit is made anew for what is left."""
    if order.price:
        keeper.clearing.release(order, pair.market)
        keeper.clearing.rehold(order, pair.market, order.price, order.price * order.left)


def _drop_maker(
    keeper: Keeper,
    pair: Pair,
    maker: Order,
    level: Level,
    status: Status,
    change: Change,
    at: Millis,
) -> None:
    """The first of a level ends without a trade, while a taker is at the level."""
    level.pop()
    level.amount -= maker.shown
    level.hidden = sum(each.left - each.shown for each in level.living())
    maker.shown = 0
    keeper.end(pair, maker, status, change, at)


def _show_more(level: Level, maker: Order) -> None:
    """An iceberg whose part in sight is gone shows the next, behind all others."""
    level.pop()
    visible = maker.request.visible or 0
    maker.shown = min(visible, maker.left)
    level.hidden -= maker.shown
    level.amount += maker.shown
    level.queue.append(maker)
