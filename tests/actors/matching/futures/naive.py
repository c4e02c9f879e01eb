"""What accounts must have, reckoned anew from every execution, in fractions and without thrift.

Not a test itself. It knows a market's family, digits and contract size, and nothing of how the
clearing keeps its books; all its money is in whole units of the margin asset.
"""

from __future__ import annotations

from fractions import Fraction

import msgspec

from benthic.actors.matching.markets import Market
from benthic.actors.matching.values import Execution, Order

ATOM = Fraction(1, 10**20)
EIGHT = Fraction(1, 10**8)

Place = tuple[int, str, str]  # account, symbol, position side


class Holding(msgspec.Struct):
    """A position: amount in quanta, and what that was worth when it was entered."""

    amount: int = 0
    worth: Fraction = Fraction(0)


class Loss(msgspec.Struct):
    """What an order would begin with, and for how much of it that was reckoned."""

    amount: int
    loss: Fraction


class Ledger:
    """The executions and payments of all accounts."""

    def __init__(self, markets: dict[str, Market]) -> None:
        self.markets = markets
        self.trades: dict[Place, list[Execution]] = {}
        self.paid_in: dict[int, Fraction] = {}
        self.funding: dict[int, Fraction] = {}
        self.marks: dict[str, int] = {}
        self.leverage: dict[tuple[int, str], int] = {}
        self._replayed: dict[Place, tuple[Holding, list[Fraction]]] = {}
        self.losses: dict[tuple[str, int], Loss] = {}

    def worth(self, symbol: str, amount: int, price: int) -> Fraction:
        """Notional of an amount at a price."""
        market = self.markets[symbol]
        assert market.contract is not None
        count = Fraction(amount * market.contract.size, 10**market.amount_digits)
        at = Fraction(price, 10**market.price_digits)
        return count / at if market.family == "inverse" else count * at

    def sign(self, symbol: str) -> int:
        """Whether a long gains with its notional."""
        return -1 if self.markets[symbol].family == "inverse" else 1

    def replay(self, place: Place) -> tuple[Holding, list[Fraction]]:
        """A position and the profit of each of its executions."""
        trades = self.trades.get(place, [])
        known = self._replayed.get(place)
        if known is None or len(known[1]) != len(trades):
            held, profits = Holding(), list[Fraction]()
            for trade in trades:
                signed = trade.amount if trade.side == "buy" else -trade.amount
                profits.append(self.turn(held, place[1], signed, trade.price))
            known = self._replayed[place] = (held, profits)
        return known

    def turn(self, held: Holding, symbol: str, signed: int, price: int) -> Fraction:
        """Trade with a position; the profit."""
        profit = Fraction(0)
        if held.amount * signed < 0:
            closing = min(abs(held.amount), abs(signed))
            share = held.worth * closing / abs(held.amount)
            direction = self.sign(symbol) * (1 if held.amount > 0 else -1)
            profit = direction * (self.worth(symbol, closing, price) - share)
            held.worth -= share
            step = closing if signed > 0 else -closing
            held.amount += step
            signed -= step
        held.amount += signed
        held.worth += self.worth(symbol, abs(signed), price)
        return profit

    def holdings(self, account: int) -> dict[tuple[str, str], Holding]:
        """All positions of an account, open or not."""
        return {
            (place[1], place[2]): self.replay(place)[0]
            for place in self.trades
            if place[0] == account
        }

    def wallet(self, account: int) -> Fraction:
        """What was paid in, earned and paid; profits and fees as they were booked."""
        booked = sum(
            trade.profit - trade.fee
            for place, trades in self.trades.items()
            if place[0] == account
            for trade in trades
        )
        funded = self.funding.get(account, Fraction(0))
        return self.paid_in.get(account, Fraction(0)) + booked * ATOM + funded

    def unrealised(self, symbol: str, held: Holding) -> Fraction:
        """What closing at mark would bring."""
        if not held.amount:
            return Fraction(0)
        direction = self.sign(symbol) * (1 if held.amount > 0 else -1)
        return direction * (self.worth(symbol, abs(held.amount), self.marks[symbol]) - held.worth)

    def available(self, account: int, orders: list[Order]) -> Fraction:
        """Wallet and profit, less what positions and orders ask for."""
        left = self.wallet(account)
        places = self.holdings(account)
        there: dict[tuple[str, str], list[Order]] = {}
        for order in orders:
            place = (order.request.symbol, order.request.position_side)
            places.setdefault(place, Holding())
            there.setdefault(place, []).append(order)
        for (symbol, side), held in places.items():
            resting = there.get((symbol, side), [])
            left += self.unrealised(symbol, held) - self.asked(account, symbol, held, resting)
        return left

    def asked(
        self,
        account: int,
        symbol: str,
        held: Holding,
        orders: list[Order],
        *,
        more: tuple[int, int, Fraction] = (0, 1, Fraction(0)),
    ) -> Fraction:
        """Initial margin of a position with its orders, and the loss those begin with.

        more: signed amount, price and loss of one more order.
        """
        value = self.worth(symbol, abs(held.amount), self.marks[symbol])
        signed = value if held.amount >= 0 else -value
        worth = self.worth(symbol, abs(more[0]), more[1])
        bids, asks = (worth, Fraction(0)) if more[0] > 0 else (Fraction(0), worth)
        lost = more[2]
        for order in orders:
            known = self.losses.get((symbol, order.id))
            if known is None:
                continue  # it closes in hedge mode
            worth = self.worth(symbol, order.left, order.price)
            if order.request.side == "buy":
                bids += worth
            else:
                asks += worth
            lost += known.loss * order.left / known.amount
        return max(abs(signed + bids), abs(signed - asks)) / self.leverage[account, symbol] + lost

    def loss(self, symbol: str, held: Holding, signed: int, price: int) -> Loss:
        """What an order begins with if it trades at its limit."""
        reducible = abs(held.amount) if held.amount * signed < 0 else 0
        opened = Holding()
        self.turn(
            opened, symbol, max(0, abs(signed) - reducible) * (1 if signed > 0 else -1), price
        )
        return Loss(abs(signed), max(Fraction(0), -self.unrealised(symbol, opened)))
