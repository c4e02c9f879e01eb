"""The simulated exchange: a day of its own time against the processor's, and what a request costs.

The day has three markets with traders at work, and ten thousand orders of a client: each is a
signed request to the venue's own door, checked, matched and answered in full, in one process.
The round trips over loopback are those of `wire`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from random import Random
from time import process_time
from types import MappingProxyType
from typing import Final

import attrs
import msgspec

from ..runtime.chance import stream
from ..runtime.clock import Millis
from ..runtime.errors import BenthicError
from ..scenarios.venue.accounts import AccountPlan
from ..scenarios.venue.config import MarketPlan, VenueConfig
from ..scenarios.venue.venue import Venue
from ..scenarios.venue.wire.messages import Request, Response
from . import wire
from .measurement import Measurement, rate

DAY: Final = 86_400_000  # ms
ORDERS: Final = 10_000
DAY_BAR: Final = 2_000.0
PAIRS: Final = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
FUNDS: Final[Mapping[str, str]] = MappingProxyType(
    {"USDT": "100000000", "BTC": "1000", "ETH": "20000", "SOL": "500000"}
)
SIZES: Final[Mapping[str, str]] = MappingProxyType(
    {"BTCUSDT": "0.01", "ETHUSDT": "0.2", "SOLUSDT": "4"}
)
PATIENT: Final = 20  # open orders that the client leaves, before it takes the oldest back
FILLING: Final = 0.3  # of its orders are market orders
OK: Final = 200


class OrderRefused(BenthicError):
    """An order of the benchmark was refused, so that there is nothing to compare."""

    def __init__(self, answer: Response) -> None:
        super().__init__(f"the venue answered {answer.status} {answer.body!r} to an order")
        self.answer = answer


class Day(msgspec.Struct, frozen=True):
    """What a day came to."""

    seconds: float  # of the processor
    orders: int
    fills: int
    trades: int  # of everybody


def measure(*, orders: int = ORDERS, rounds: int = wire.ROUNDS) -> Iterator[Measurement]:
    """All figures."""
    day = run_day(orders)
    speed = DAY / 1000 / day.seconds
    yield rate("venue.day", speed, 1.0, "virtual s per CPU s", bar=DAY_BAR)
    for each in wire.measure(rounds=rounds):
        name = "venue.round_trip" if each.name == "wire.order" else f"venue.{each.name}"
        yield attrs.evolve(each, name=name)


def run_day(orders: int, *, seed: int = 7, length: int = DAY) -> Day:
    """A day with so many orders of a client, evenly spread."""
    account = AccountPlan(name="bench", deposits={"spot": FUNDS})
    markets = tuple(MarketPlan(pair=pair) for pair in PAIRS)
    venue = Venue(VenueConfig(markets=markets, accounts=(account,), seed=seed))
    began = process_time()
    venue.start()
    begin = venue.now
    client = Client(venue, stream(seed, "bench/client"))
    for number in range(orders):
        venue.agenda.at(begin + length * number // orders, client.trade)
    venue.run_to(Millis(begin + length))
    seconds = process_time() - began
    engine, number = venue.engines["spot"], venue.account("bench")
    return Day(
        seconds=seconds,
        orders=client.placed,
        fills=sum(len(engine.executions(number, symbol)) for symbol in SIZES),
        trades=sum(data.trades.next_id - 1 for data in venue.feeds["spot"]),
    )


class Client:
    """Places an order each time that it is told to, and takes old ones back."""

    def __init__(self, venue: Venue, chance: Random) -> None:
        self.placed = 0
        self._venue = venue
        self._key = venue.api_key("bench")
        self._chance = chance
        self._resting: list[tuple[str, int]] = []  # oldest first

    def trade(self) -> None:
        """One order more."""
        chance = self._chance
        symbol = chance.choice(list(SIZES))
        side = chance.choice(("BUY", "SELL"))
        fields = f"symbol={symbol}&side={side}&quantity={SIZES[symbol]}"
        if chance.random() < FILLING:
            self._ask("POST", f"{fields}&type=MARKET")
        else:
            price = self._price(symbol, side)
            answer = self._ask("POST", f"{fields}&type=LIMIT&timeInForce=GTC&price={price}")
            placed = msgspec.json.decode(answer)
            if placed["status"] in {"NEW", "PARTIALLY_FILLED"}:
                self._resting.append((symbol, placed["orderId"]))
        self.placed += 1
        if len(self._resting) > PATIENT:
            self._take_back(*self._resting.pop(0))

    def _price(self, symbol: str, side: str) -> str:
        """Up to a thousandth away from the best price of its own side."""
        venue = self._venue
        bid, ask = venue.engines["spot"].best(symbol)
        digits = venue.engines["spot"].markets[symbol].price_digits
        best = (bid if side == "BUY" else ask) or 1
        away = best * self._chance.randint(0, 10) // 10_000
        quanta = best - away if side == "BUY" else best + away
        return f"{quanta // 10**digits}.{quanta % 10**digits:0{digits}d}"

    def _take_back(self, symbol: str, number: int) -> None:
        engine, account = self._venue.engines["spot"], self._venue.account("bench")
        order = engine.order(account, symbol, order_id=number)
        if order is not None and order.status in {"open", "partial"}:
            self._ask("DELETE", f"symbol={symbol}&orderId={number}")

    def _ask(self, method: str, fields: str) -> bytes:
        query = f"{fields}&timestamp={self._venue.now}"
        secret = self._key.secret.reveal().encode()
        signature = hmac.digest(secret, query.encode(), "sha256").hex()
        headers = {"x-mbx-apikey": self._key.key}
        request = Request(
            method, "/api/v3/order", f"{query}&signature={signature}", headers, number=self.placed
        )
        answer = self._venue.request(request)
        if answer.status != OK:
            raise OrderRefused(answer)
        return answer.body
