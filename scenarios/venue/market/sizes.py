"""How large the orders of simulated traders are. Pure, but for what it is drawn with."""

from __future__ import annotations

from ....actors.matching.markets import Market

_SAFETY = 2  # times the least that a market takes


class Sizes:
    """Amounts that are worth about so much and that the market takes.

    value: whole units of the quote (an inverse contract's: of its size).
    """

    def __init__(self, market: Market, value: float) -> None:
        self._step = market.step
        self._least = -(-max(market.min_amount, 1) * _SAFETY // market.step) * market.step
        self._most = market.max_amount // 4
        self._min_cost = market.min_cost * _SAFETY
        if market.contract is not None and market.family == "inverse":
            self._fixed = value / market.contract.size * 10.0**market.amount_digits
            self._scale = 0.0
        else:
            self._fixed = 0.0
            self._scale = value * 10.0**market.cost_digits

    def of(self, price: int, factor: float) -> int:
        """`factor` times the value at this price, in amount quanta, on the step."""
        wanted = int(factor * (self._fixed or self._scale / price)) // self._step * self._step
        if self._min_cost and wanted * price < self._min_cost:
            wanted = -(-self._min_cost // (price * self._step)) * self._step
        return min(max(wanted, self._least), self._most)
