"""What requests of the futures venue weigh, where it depends on their parameters; pure."""

from __future__ import annotations

from collections.abc import Callable

from ..dialect.params import Params

_KLINES = ((99, 1), (499, 2), (1000, 5))
_DEPTH = ((50, 2), (100, 5), (500, 10))


def of_klines(params: Params) -> int:
    """By how many candles are asked for."""
    return _step(params, _KLINES, 10, default=500)


def of_depth(params: Params) -> int:
    """By how many levels are asked for."""
    return _step(params, _DEPTH, 20, default=500)


def by_symbol(one: int, every: int) -> Callable[[Params], int]:
    """One weight with a symbol, another without."""

    def weigh(params: Params) -> int:
        return one if "symbol" in params or "pair" in params else every

    return weigh


def _step(params: Params, steps: tuple[tuple[int, int], ...], most: int, *, default: int) -> int:
    limit = params.whole("limit") or default
    return next((weight for bound, weight in steps if limit <= bound), most)
