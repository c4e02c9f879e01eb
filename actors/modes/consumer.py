"""The consumer of a mode that is either all in or all out: it turns signals into market orders.

It keeps no position of its own. What it holds it asks of the portfolio at every signal, so an
order with an unknown outcome, a restart or a trade by hand cannot make it trade twice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ...runtime import Actor, AskError, Refusal, on
from ..exchange.gate.messages import GateClosed, GateOpened
from ..exchange.gate.verdicts import Verdicts
from ..market.instrument import Instrument
from ..market.money import ZERO, add, from_float, multiply
from ..market.precision import ceil_to_step
from ..market.side import Side
from ..orders.messages import PlaceOrder
from ..portfolio.messages import GetBalances
from ..portfolio.model import Balance
from .messages import Signal, SignalPassed
from .sizing import affordable, sellable

ONE: Final = Decimal(1)

_ALL = GetBalances()


class AllInConsumer(Actor):
    """Hears `Signal`; on "buy" it spends all cash if it holds none, on "sell" it sells all.

    Behind a closed gate it trades on nothing: what a signal was worth then is over when it opens.

    producer, portfolio, desk: where these actors are. gate: where the gate is; None: there is none.
    slippage: share of the price that an order may cost more than the close that gave the signal.
    """

    def __init__(
        self,
        instrument: Instrument,
        *,
        producer: str,
        portfolio: str,
        desk: str,
        slippage: Decimal = ZERO,
        gate: str | None = None,
    ) -> None:
        self._instrument = instrument
        self._worst = add(ONE, slippage)
        self._symbol = str(instrument.symbol)
        self._paths = producer, portfolio, desk
        self._gate = gate
        self._verdicts = Verdicts((self._symbol,))

    async def on_start(self) -> None:
        producer, self._portfolio, self._desk = map(self.lookup, self._paths)
        self.subscribe(producer, Signal)
        if self._gate is not None:
            await self._verdicts.follow(self, self.lookup(self._gate))

    @on(GateOpened, GateClosed)
    def gate_turned(self, message: GateOpened | GateClosed) -> None:
        self._verdicts.hear(message)

    @on(Signal)
    async def signal(self, message: Signal) -> None:
        if self._verdicts:
            reasons = "; ".join(map(str, self._verdicts.of(self._symbol)))
            self.publish(SignalPassed(message, f"the gate is closed ({reasons})"))
            return
        try:
            balances = await self.ask(self._portfolio, _ALL)
            # A step too high at most: what is reserved then pays for what the venue rounds.
            close = from_float(message.price)
            worst = multiply(close, self._worst) if message.side == "buy" else close
            price = ceil_to_step(worst, self._instrument.price_step)
            amount = amount_for(message.side, balances, price, self._instrument)
            if amount:
                order = PlaceOrder(self._symbol, message.side, "market", amount, None, price)
                await self.ask(self._desk, order)
                return
            reason = "nothing to do: too little to trade, or the position is as it should be"
        except (Refusal, AskError) as error:  # what became of the order is the desk's to find out
            reason = str(error)
        self.publish(SignalPassed(message, reason))


def amount_for(
    side: Side, balances: tuple[Balance, ...], price: Decimal, instrument: Instrument
) -> Decimal:
    """What an all-in-or-all-out mode orders, in base currency; 0 where it has nothing to do."""
    symbol = instrument.symbol
    free = held = cash = ZERO
    for balance in balances:
        asset = balance.asset
        if asset == symbol.base:
            free, held = balance.available, balance.reserved
        elif asset == symbol.quote:
            cash = balance.available
    if side == "sell":
        return sellable(free, price, instrument) if free else ZERO
    if (free or held) and sellable(add(free, held), price, instrument):
        return ZERO  # holds some already
    return affordable(cash, price, instrument)
