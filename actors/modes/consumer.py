"""The consumer of a mode that is either all in or all out: it turns signals into orders.

It keeps no position of its own. What it holds it asks of the portfolio at every signal, so an
order with an unknown outcome, a restart or a trade by hand cannot make it trade twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ...runtime import Actor, Ask, AskError, Refusal, on
from ..exchange.gate.messages import GateClosed, GateOpened
from ..exchange.gate.verdicts import Verdicts
from ..market.instrument import Instrument
from ..market.money import ZERO, add, from_float, multiply, subtract
from ..market.precision import ceil_to_step
from ..market.side import Side
from ..orders.drafts import Draft
from ..orders.messages import ListOpenOrders, PlaceOrder
from ..orders.model import Order
from ..portfolio.messages import GetBalances
from ..portfolio.model import Balance
from .guards import NO_GUARDS, Guards, bounded_by, exits, guarded_entry, guards_of
from .messages import Signal, SignalPassed
from .sizing import affordable, sellable

ONE: Final = Decimal(1)

_ALL = GetBalances()
_NOTHING: Final = "nothing to do: too little to trade, or the position is as it should be"


class AllInConsumer(Actor):
    """Hears `Signal`; on "buy" it spends all cash if it holds none, on "sell" it sells all.

    Behind a closed gate it trades on nothing: what a signal was worth then is over when it opens.

    producer, portfolio, desk: where these actors are. gate: where the gate is; None: there is none.
    slippage: share of the price that an order may cost more than the close that gave the signal.
    guards: what bounds each position that it buys.
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
        guards: Guards = NO_GUARDS,
    ) -> None:
        self._guards = guards
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
            if self._guards:
                reason = await self._trade_guarded(message)
            else:
                reason = await self._trade(message)
        except (Refusal, AskError) as error:  # what became of the order is the desk's to find out
            reason = str(error)
        if reason:
            self.publish(SignalPassed(message, reason))

    async def _trade(self, signal: Signal) -> str:
        """Trade on a signal; why not, or nothing."""
        balances = await self.ask(self._portfolio, _ALL)
        price = self._price(signal)
        amount = amount_for(signal.side, balances, price, self._instrument)
        if not amount:
            return _NOTHING
        order = PlaceOrder(self._symbol, signal.side, "market", amount, None, price)
        await self.ask(self._desk, order)
        return ""

    async def _trade_guarded(self, signal: Signal) -> str:
        """The same, for positions that are bounded: guards come with them, and sell them."""
        guards = guards_of(self._symbol, await self.ask(self._desk, ListOpenOrders()))
        balances = await self.ask(self._portfolio, _ALL)
        wanted = list(self._wanted(signal, guards, balances))
        for message in wanted:
            await self.ask(self._desk, message)
        return "" if wanted else _NOTHING

    def _wanted(
        self, signal: Signal, guards: tuple[Order, ...], balances: tuple[Balance, ...]
    ) -> Iterator[Ask[Any]]:
        """What a signal asks of the desk, where positions are bounded."""
        close, price, market = from_float(signal.price), self._price(signal), self._instrument
        if signal.side == "buy":
            amount = ZERO if guards else amount_for("buy", balances, price, market)
            if amount:
                entry = Draft(
                    name="entry",
                    symbol=self._symbol,
                    side="buy",
                    kind="market",
                    amount=amount,
                    reference=price,
                )
                yield guarded_entry(entry, close, self._guards, market)
            return
        yield from exits(guards, close, market)
        loose = subtract(held_of(balances, market), bounded_by(guards))
        free = min(loose, free_of(balances, market))  # bought by hand, or before there were guards
        amount = sellable(free, price, market) if free > ZERO else ZERO
        if amount:
            yield PlaceOrder(self._symbol, "sell", "market", amount, None, price)

    def _price(self, signal: Signal) -> Decimal:
        """What an order on a signal costs at most.

        A step too high at most: what is reserved then pays for what the venue rounds.
        """
        close = from_float(signal.price)
        worst = multiply(close, self._worst) if signal.side == "buy" else close
        return ceil_to_step(worst, self._instrument.price_step)


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


def held_of(balances: tuple[Balance, ...], instrument: Instrument) -> Decimal:
    """What is held of the base currency, orders that sell it included."""
    base = instrument.symbol.base
    return sum((add(b.available, b.reserved) for b in balances if b.asset == base), ZERO)


def free_of(balances: tuple[Balance, ...], instrument: Instrument) -> Decimal:
    """What is held of the base currency, and not by an order."""
    base = instrument.symbol.base
    return sum((b.available for b in balances if b.asset == base), ZERO)
