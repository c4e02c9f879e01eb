"""Running a bot over a tape, and what came of it. What a run is printed as is not decided here.

The engine's time counts from the first candle to the last turn at rest: indicators, orders, ledger
and journal are in it, reading files and reckoning figures are not. The figures are taken from the
order journal afterwards, so the run itself carries nothing for the report's sake.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from hashlib import blake2b
from itertools import chain, islice
from time import perf_counter, process_time
from typing import Final, NamedTuple, TypeAlias

import attrs

from ...runtime import Millis, Ref, System, Trace, UsageError
from ..market.candle import Candle
from ..market.fill import Fill
from ..market.money import ZERO, add, from_float, multiply
from ..orders.journal import Commit, Digest, digest
from ..orders.model import LIVE, Status
from ..portfolio.model import Balance
from ..portfolio.performance import Holding, Performance, measure
from .builder import Bot

Watch: TypeAlias = Callable[[int, int], None]
"""Told how many candles are done and how many there are; what it raises ends the run."""

Event: TypeAlias = tuple[Millis, Ref, Candle]

BLOCK: Final = 4_096  # candles between two looks at the watch
YOUNG: Final = 1_000_000  # objects more than went, before a collection in a run
_NEARLY: Final = Decimal("0.999999")  # of a step, which is the least that is a position


@attrs.frozen
class Written:
    """What the account of a bot has in its journal."""

    commits: Callable[[], Iterable[Commit]]  # all, oldest first; asked once the run is over
    earlier: int = 0  # how many of them were there before the run


@attrs.frozen(kw_only=True)
class BacktestResult:
    """What a bot did with a tape."""

    candles: int
    commits: int
    orders: int  # that were placed
    fills: int
    buys: int  # fills, as sells
    sells: int
    open_orders: int  # at the end
    balances: tuple[Balance, ...]  # at the end, by asset
    equity: Decimal  # at the last close, quote currency, exact
    performance: Performance
    restarts: int  # of actors: more than none is a bug in a mode or in benthic
    engine_seconds: float  # wall time, from the first candle to the last turn at rest
    cpu_seconds: float  # of this process, in the same while; others on the machine do not count
    journal_hash: str  # of every commit and of the state that they lead to
    trace_hash: str | None  # of all turns; None where no trace was kept

    @property
    def fees(self) -> Decimal:
        """What the venue kept, quote currency."""
        return self.performance.fees


def unwatched(done: int, total: int) -> None:
    """Looks at nothing."""


def run_backtest(
    bot: Bot,
    *,
    written: Written | None = None,
    trace: Trace | None = None,
    watch: Watch = unwatched,
) -> BacktestResult:
    """Run a bot of the context `Replayed` to the end of its tape.

    written: where what the account has written is read back, if its journal is not in memory.
    """
    with rare_collection():
        run = bot.run(partial(_replay, bot, watch), trace=trace)
    if written is None:
        memory, account = bot.memory, bot.config.account.name
        if memory is None:
            raise UsageError("the bot's orders are not in memory: say where they are (written=)")
        written = Written(lambda: memory.commits(account))
    books = _Books(bot, written.earlier)
    hashes = digest(bot.config.account.name, map(books.add, written.commits()))
    return _result(bot, books, hashes, run, trace)


@contextmanager
def rare_collection() -> Iterator[None]:
    """Keep the collector of cycles out of a run's way: what is alive now is not looked at again.

    Messages are freed by counting; a run makes next to no cycles, and each look for them walks
    through all that a journal in memory holds.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class _Run(NamedTuple):
    """What passed while the candles were worked off."""

    seconds: float  # wall time
    cpu_seconds: float
    restarts: int


async def _replay(bot: Bot, watch: Watch, system: System) -> _Run:
    events = _watched(bot.events(system), len(bot.tape), watch)
    began, cpu_began = perf_counter(), process_time()
    await system.replay(events)
    seconds, cpu_seconds = perf_counter() - began, process_time() - cpu_began
    return _Run(seconds, cpu_seconds, sum(node.restarts for node in system.tree().walk()))


def _watched(events: Iterator[Event], total: int, watch: Watch) -> Iterator[Event]:
    """The same events; a look at the watch costs nothing but at the end of a block."""

    def blocks() -> Iterator[Iterator[Event]]:
        for done in range(0, total, BLOCK):
            watch(done, total)
            yield islice(events, BLOCK)
        watch(total, total)

    return chain.from_iterable(blocks())


def _result(
    bot: Bot, books: _Books, hashes: Digest, run: _Run, trace: Trace | None
) -> BacktestResult:
    tape, instrument = bot.tape, bot.config.market.instrument
    dust = multiply(max(instrument.amount_step, instrument.min_amount), _NEARLY)
    last = from_float(float(tape.closes[-1]))
    both = f"{hashes.journal} {hashes.state}".encode()
    return BacktestResult(
        candles=len(tape),
        commits=hashes.commits,
        orders=len(books.orders),
        fills=books.buys + books.sells,
        buys=books.buys,
        sells=books.sells,
        open_orders=sum(status in LIVE for status in books.orders.values()),
        balances=tuple(books.balances[asset] for asset in sorted(books.balances)),
        equity=add(books.quote, multiply(books.base, last)),
        performance=measure(tape.closes, tape.close_times, books.holdings, dust=dust),
        restarts=run.restarts,
        engine_seconds=run.seconds,
        cpu_seconds=run.cpu_seconds,
        journal_hash=blake2b(both, digest_size=16).hexdigest(),
        trace_hash=None if trace is None else trace.hash,
    )


class _Books:
    """What the commits of an account add up to, as the figures need it.

    earlier: how many commits were there before this run; they only say what it started with.
    """

    def __init__(self, bot: Bot, earlier: int) -> None:
        symbol = bot.config.market.symbol
        self._base, self._quote = symbol.base, symbol.quote
        self._earlier = earlier
        self._start = Millis(int(bot.tape.open_times[0]))
        self.balances: dict[str, Balance] = {
            asset: Balance(asset, amount, ZERO)
            for asset, amount in bot.config.account.deposits.items()
        }
        self.holdings = [self._holding(self._start, ZERO)]
        self.orders: dict[str, Status] = {}
        self.buys = self.sells = 0

    @property
    def base(self) -> Decimal:
        """What is held of the base currency."""
        return self._total(self._base)

    @property
    def quote(self) -> Decimal:
        """What is held of the quote currency."""
        return self._total(self._quote)

    def add(self, commit: Commit) -> Commit:
        """Take one commit in, the next in order; the same commit."""
        for balance in commit.balances:
            self.balances[balance.asset] = balance
        if self._earlier:
            self._earlier -= 1
            self.holdings = [self._holding(self._start, ZERO)]
            return commit
        for order in commit.orders:
            self.orders[order.id] = order.status
        if commit.fills:
            fee = ZERO
            for fill in commit.fills:
                fee = add(fee, self._fee(fill))
                self.buys += fill.side == "buy"
                self.sells += fill.side == "sell"
            self.holdings.append(self._holding(commit.fills[-1].at, fee))
        return commit

    def _holding(self, at: Millis, fee: Decimal) -> Holding:
        return Holding(at, self.quote, self.base, fee)

    def _total(self, asset: str) -> Decimal:
        balance = self.balances.get(asset)
        return ZERO if balance is None else balance.total

    def _fee(self, fill: Fill) -> Decimal:
        """What a fill cost in quote currency; a fee in base counts at the fill's price."""
        if fill.fee_asset == self._quote:
            return fill.fee
        return multiply(fill.fee, fill.price) if fill.fee_asset == self._base else ZERO
