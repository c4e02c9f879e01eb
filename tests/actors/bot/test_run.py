"""A run over a tape: its figures, its hashes, and what it leaves of the interpreter."""

import gc
from decimal import Decimal

import numpy as np
import pytest

from benthic.actors.bot.builder import ExchangeBuilder
from benthic.actors.bot.contexts import Replayed
from benthic.actors.bot.reading import parse_config
from benthic.actors.bot.run import BLOCK, BacktestResult, Watch, run_backtest, unwatched
from benthic.actors.exchange.tape import Columns, Tape
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime import Schedule, Trace

BOT = """
[bot]
name = "test"

[market]
symbol = "BTC/USDT"
time_frame = "1m"
amount_step = "0.001"
price_step = "0.01"
min_cost = "1"
fees = { maker = "0.001", taker = "0.001" }

[account]
deposits = { USDT = 1_000 }

[mode]
name = "ema_cross"
fast = 2
slow = 3
warm_up = 2
"""
MINUTE = 60_000  # ms


def a_tape(*closes: float) -> Tape:
    """Candles that open where the one before closed."""
    prices = np.array(closes)
    opens = np.concatenate((prices[:1], prices[:-1]))
    times = np.arange(1, len(prices) + 1, dtype=np.int64) * MINUTE
    high, low = np.maximum(opens, prices), np.minimum(opens, prices)
    columns = Columns(times, opens, high, low, prices, np.ones(len(prices)))
    return Tape("BTC/USDT", TimeFrame(1, "m"), columns)


def run(
    tape: Tape,
    schedule: Schedule = Schedule.DIRECT,
    *,
    trace: Trace | None = None,
    watch: Watch = unwatched,
) -> BacktestResult:
    context = Replayed(tape, schedule)
    bot = ExchangeBuilder(parse_config(BOT)).in_context(context).build()
    return run_backtest(bot, trace=trace, watch=watch)


WAVE = a_tape(100.0, 100.0, 100.0, 110.0, 120.0, 100.0, 90.0, 95.0)


def test_a_run_is_what_a_reckoning_by_hand_says() -> None:
    # Fast and slow move by 2/3 and 1/2 of the distance to each close, so they cross up at 110 and
    # down at 100. Bought at 110 with 1,000: 9.081 fit, as 9.082 would cost 1,000.02 with the fee.
    bought = Decimal("9.081") * 110
    sold = Decimal("9.081") * 100
    fees = (bought + sold) / 1000

    result = run(WAVE)

    assert (result.buys, result.sells, result.candles, result.open_orders) == (1, 1, 8, 0)
    assert result.fees == fees
    assert result.equity == 1000 - bought + sold - fees
    assert result.performance.exposure == 2 / 8
    assert result.performance.fills == 2
    assert (result.orders, result.commits, result.restarts) == (2, 5, 0)


def test_the_schedules_agree_and_only_the_trace_tells_them_apart() -> None:
    traces = [Trace() for _ in Schedule]
    results = [
        run(WAVE, schedule, trace=trace) for schedule, trace in zip(Schedule, traces, strict=True)
    ]

    assert len({result.journal_hash for result in results}) == 1
    assert len({result.equity for result in results}) == 1
    assert [result.trace_hash for result in results] == [trace.hash for trace in traces]


def test_two_runs_of_one_bot_have_one_hash_and_another_market_has_another() -> None:
    other = a_tape(100.0, 100.0, 100.0, 110.5, 120.0, 100.0, 90.0, 95.0)

    assert run(WAVE).journal_hash == run(WAVE).journal_hash != run(other).journal_hash


def test_the_watch_sees_every_block_and_can_end_the_run() -> None:
    seen: list[tuple[int, int]] = []
    long = a_tape(*(100.0 + number % 7 for number in range(2 * BLOCK + 1)))

    def stop_soon(done: int, total: int) -> None:
        seen.append((done, total))
        if done > BLOCK:
            raise LookupError("seen enough")

    run(long, watch=lambda done, total: seen.append((done, total)))
    assert seen == [(done, len(long)) for done in (0, BLOCK, 2 * BLOCK, len(long))]

    seen.clear()
    with pytest.raises(ExceptionGroup) as caught:
        run(long, watch=stop_soon)
    assert caught.group_contains(LookupError, match="seen enough")
    assert seen[-1] == (2 * BLOCK, len(long))


def test_the_collector_of_cycles_is_as_it_was_after_a_run() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()

    run(WAVE)

    assert (gc.get_threshold(), gc.get_freeze_count()) == before
