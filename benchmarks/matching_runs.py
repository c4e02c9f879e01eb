"""Our matching over an order flow, in a process of its own: prints one JSON object.

    python -m benthic.benchmarks.matching_runs ours|bare|naive FLOW.json

ours: the engine with its spot ledger, as every face of the exchange has it: filters, holds, fees,
balances, and an event for each change, which is taken and thrown away.
bare: the same without balances, as NautilusTrader's bare engine has none.
naive: the plainest book there is, without money and without events.

Requests are made before the watch is started, as they are for the others.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from time import process_time
from types import MappingProxyType
from typing import Final, Protocol

import msgspec

from ..actors.market.side import Liquidity, Side
from ..actors.matching.clearing import SpotClearing
from ..actors.matching.engine import MatchingEngine
from ..actors.matching.markets import ATOM, Market
from ..actors.matching.values import Execution, Order, OrderRequest
from ..runtime import Millis
from .naive_book import NaiveBook, Resting
from .order_flow import ASK, BID, DEPTH, Step, order_events

SYMBOL: Final = "BTCUSDT"
MARKET: Final = Market(
    symbol=SYMBOL,
    family="spot",
    base="BTC",
    quote="USDT",
    price_digits=2,
    amount_digits=5,
    tick=1,
    step=1,
    min_cost=100,
    max_orders=2_000,
)
TAKEN_EVERY: Final = 64  # steps; then the events are taken
NOW: Final = Millis(1_700_000_000_000)
TRADER, CROWD = 1, 2


class FlowRun(msgspec.Struct, frozen=True):
    """What one engine took for a flow."""

    seconds: float  # of CPU
    events: int  # submits, cancels and fills


class Run(Protocol):
    """Runs a flow."""

    def __call__(self, steps: list[Step]) -> FlowRun: ...


class Unsettled(SpotClearing):
    """Keeps no balances: it reckons the fee of a trade and leaves it at that."""

    def hold(self, order: Order, market: Market, reference_price: int, cost: int) -> None:
        """Nothing is held."""

    def release(self, order: Order, market: Market) -> None:
        """Nothing was held."""

    def trade(  # noqa: PLR0913, PLR0917 - as in a clearing
        self,
        buyer: Order,
        seller: Order,
        market: Market,
        price: int,
        amount: int,
        maker_side: Side,
        trade_id: int,
        at: Millis,
    ) -> tuple[Execution, Execution]:
        """The executions of both, with their fees in quanta of the cost and 1e-8."""
        one, other, symbol = buyer.request.account, seller.request.account, market.symbol
        cost = price * amount
        roles: tuple[Liquidity, Liquidity] = (
            ("maker", "taker") if maker_side == "buy" else ("taker", "maker")
        )
        fees = [cost * (market.maker if role == "maker" else market.taker) for role in roles]
        quote = market.quote
        return (
            Execution(trade_id, buyer.id, one, symbol, "buy", price, amount, roles[0], fees[0],
                      quote, 0, at),
            Execution(trade_id, seller.id, other, symbol, "sell", price, amount, roles[1], fees[1],
                      quote, 0, at),
        )  # fmt: skip


def ours(steps: list[Step]) -> FlowRun:
    """The engine with its ledger."""
    clearing = SpotClearing()
    run = _run(MatchingEngine([MARKET], clearing), steps)
    clearing.check()
    return run


def bare(steps: list[Step]) -> FlowRun:
    """The engine without a ledger."""
    return _run(MatchingEngine([MARKET], Unsettled()), steps)


def _run(engine: MatchingEngine, steps: list[Step]) -> FlowRun:
    for account in (TRADER, CROWD):
        engine.clearing.open_account(account)
        engine.clearing.deposit(account, "BTC", 1_000_000 * ATOM, NOW)
        engine.clearing.deposit(account, "USDT", 10**11 * ATOM, NOW)
    engine.submit(_limit(CROWD, Step("place", -1, "buy", DEPTH, BID)), NOW)
    engine.submit(_limit(CROWD, Step("place", -2, "sell", DEPTH, ASK)), NOW)
    calls = [(f"c{step.key}", _request(step)) for step in steps]
    submit, cancel, take = engine.submit, engine.cancel, engine.take_events
    began = process_time()
    for number, (name, request) in enumerate(calls):
        if request is not None:
            submit(request, NOW)
        else:
            cancel(TRADER, SYMBOL, NOW, client_id=name)
        if not number % TAKEN_EVERY:
            take()
    return FlowRun(process_time() - began, order_events(steps))


def _request(step: Step) -> OrderRequest | None:
    if step.kind == "cancel":
        return None
    if step.kind == "place":
        return _limit(TRADER, step)
    return OrderRequest(
        account=TRADER, symbol=SYMBOL, side=step.side, kind="market", amount=step.amount
    )


def _limit(account: int, step: Step) -> OrderRequest:
    return OrderRequest(
        account=account,
        symbol=SYMBOL,
        side=step.side,
        kind="limit",
        amount=step.amount,
        price=step.price,
        client_id=f"c{step.key}",
    )


def naive(steps: list[Step]) -> FlowRun:
    """The plainest book."""
    book = NaiveBook()
    book.submit(Resting(-1, CROWD, "buy", BID, DEPTH))
    book.submit(Resting(-2, CROWD, "sell", ASK, DEPTH))
    calls = [
        partial(book.cancel, step.key)
        if step.kind == "cancel"
        else partial(
            book.submit,
            Resting(step.key, TRADER, step.side, step.price or None, step.amount),
        )
        for step in steps
    ]
    began = process_time()
    for call in calls:
        call()
    return FlowRun(process_time() - began, order_events(steps))


RUNS: Final[Mapping[str, Run]] = MappingProxyType({"ours": ours, "bare": bare, "naive": naive})


def main(name: str, path: str) -> None:
    """Run a flow, and print what it took."""
    steps = msgspec.json.decode(Path(path).read_bytes(), type=list[Step])
    sys.stdout.write(msgspec.json.encode(RUNS[name](steps)).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
