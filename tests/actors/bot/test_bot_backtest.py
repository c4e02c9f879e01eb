"""A whole bot on a tape: what it trades agrees with the plainest reckoning, on every schedule."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import attrs
import numpy as np
import pytest

from benthic.actors.bot.builder import Bot, ExchangeBuilder
from benthic.actors.bot.config import BotConfig, Positive, Seed
from benthic.actors.bot.contexts import Replayed, backtest, shuffled
from benthic.actors.bot.paths import Paths
from benthic.actors.bot.reading import load_config, parse_config
from benthic.actors.exchange.messages import FillReported
from benthic.actors.exchange.tape import Columns, Tape, read_tape
from benthic.actors.market import Candle, Fill, TimeFrame
from benthic.actors.matching import VenueRules
from benthic.actors.modes.ema_cross import EmaCrossSettings
from benthic.actors.orders.journal import Digest, GetDigest, JournalMemory, MemoryJournal
from benthic.actors.portfolio.messages import GetBalances
from benthic.actors.portfolio.model import Balance
from benthic.runtime import Millis, Ref, Schedule, System, UsageError

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
PERPETUAL = DATA / "candles" / "btc-perp-20211231-20220201_1m.csv"
DESK, PORTFOLIO, PRODUCER, STORE = Paths().desk, Paths().portfolio, Paths().producer, Paths().store
START, MINUTE = 1_609_459_200_000, 60_000
DEADLY = {
    PRODUCER: Candle(None, *[0.0] * 5),  # type: ignore[arg-type]  # that is what kills it
    DESK: FillReported(None),  # type: ignore[arg-type]  # that is what kills it
}


@attrs.frozen
class Outcome:
    """What a run leaves behind."""

    balances: dict[str, Fraction]
    fills: list[Fill]
    digest: Digest


def a_config(fast: int = 5, slow: int = 15, warm_up: int = 50) -> BotConfig:
    config = load_config(EXAMPLES / "common_backtest.toml")
    settings = EmaCrossSettings(fast, slow, warm_up)
    return attrs.evolve(config, mode=attrs.evolve(config.mode, settings=settings))


def a_tape(candles: int, seed: int = 3, symbol: str = "BTC/USDT", frame: str = "1m") -> Tape:
    """A random walk in cents."""
    chance = np.random.default_rng(seed)
    walk = 30_000 * np.exp(np.cumsum(chance.normal(0, 0.002, candles + 1)))
    path = np.asarray(np.round(walk, 2), np.float64)
    opens, closes = path[:-1], path[1:]
    highs, lows = np.maximum(opens, closes), np.minimum(opens, closes)
    parsed = TimeFrame.parse(frame)
    times = START + parsed.length * np.arange(candles, dtype=np.int64)
    return Tape(symbol, parsed, Columns(times, opens, highs, lows, closes, np.ones(candles)))


def run(bot: Bot, *crashes: tuple[int, str, object]) -> Outcome:
    """Run a bot to the end of its tape; `crashes` are (candle, path, deadly message)."""
    waiting = sorted(crashes, key=lambda crash: crash[0])

    def events(system: System) -> Iterator[tuple[int, Ref, object]]:
        pending = list(waiting)
        for number, event in enumerate(bot.events(system)):
            while pending and pending[0][0] == number:
                _, path, message = pending.pop(0)
                yield event[0] - MINUTE // 2, system.lookup(path), message
            yield event

    async def story(system: System) -> Outcome:
        await system.replay(events(system))
        balances = await system.lookup(PORTFOLIO).ask(GetBalances())
        found = await system.lookup(STORE).ask(GetDigest(bot.config.account.name))
        return outcome(bot, balances, found)

    return bot.run(story)


def outcome(bot: Bot, balances: tuple[Balance, ...], found: Digest) -> Outcome:
    assert bot.memory is not None
    commits = bot.memory.commits(bot.config.account.name)
    fills = [fill for commit in commits for fill in commit.fills]
    return Outcome({b.asset: Fraction(b.total) for b in balances}, fills, found)


def build(config: BotConfig, tape: Tape, schedule: Schedule = Schedule.DIRECT) -> Bot:
    return ExchangeBuilder(config).in_context(Replayed(tape, schedule)).build()


def reckon(config: BotConfig, tape: Tape) -> tuple[Fraction, Fraction, int]:
    """Cash, coins and number of fills, by a straight loop over the closes."""
    market, settings = config.market, config.mode.settings
    instrument = market.instrument
    fee, step = Fraction(instrument.fees.taker), Fraction(instrument.amount_step)
    cash = Fraction(config.account.deposits[market.symbol.quote])  # type: ignore[index]
    coins, fills = Fraction(0), 0
    fast = slow = float(tape.closes[0])
    for bar, close in enumerate(tape.closes.tolist()):
        was_fast, was_slow = fast, slow
        fast += 2 / (settings.fast + 1) * (close - fast)
        slow += 2 / (settings.slow + 1) * (close - slow)
        if bar < settings.warm_up:
            continue
        price = Fraction(str(close))
        if was_fast <= was_slow and fast > slow and not coins:
            coins = cash // (price * (1 + fee) * step) * step
            cash -= coins * price * (1 + fee)
            fills += 1
        elif was_fast >= was_slow and fast < slow and coins:
            cash += coins * price * (1 - fee)
            coins, fills = Fraction(0), fills + 1
    return cash, coins, fills


def agree(config: BotConfig, tape: Tape, found: Outcome) -> None:
    cash, coins, fills = reckon(config, tape)
    symbol = config.market.symbol

    assert len(found.fills) == fills
    assert found.balances[symbol.quote] == cash
    assert found.balances.get(symbol.base, 0) == coins


@pytest.mark.parametrize("seed", range(3))
def test_a_bot_trades_exactly_what_a_straight_loop_reckons(seed: int) -> None:
    config, tape = a_config(), a_tape(3_000, seed)
    found = run(build(config, tape))

    agree(config, tape, found)
    assert len(found.fills) > 100


def test_a_bot_trades_the_same_by_the_full_rules() -> None:
    config, tape = a_config(), a_tape(600)
    full = attrs.evolve(config, venue=attrs.evolve(config.venue, rules="full"))

    quick, other = run(build(config, tape)), run(build(full, tape))

    assert len(other.fills) > 4
    for mine, fill in zip(other.fills, quick.fills, strict=True):
        assert (mine.trade_id, mine.price, mine.amount) == (fill.trade_id, fill.price, fill.amount)
        assert abs(mine.fee - fill.fee) < Decimal("1e-8")  # venues print 8 digits of a fee


def test_every_schedule_and_every_run_writes_the_same_journal() -> None:
    config, tape = a_config(), a_tape(1_500)
    runs = [run(build(config, tape, schedule)) for schedule in (*Schedule, Schedule.SHUFFLE)]
    other_seed = attrs.evolve(config, bot=attrs.evolve(config.bot, seed=Seed(8)))
    other = run(build(other_seed, tape, Schedule.SHUFFLE))

    assert len({found.digest.journal for found in runs}) == 1  # R5, R10
    assert other.digest.journal != runs[0].digest.journal  # other ids
    assert (other.balances, len(other.fills)) == (runs[0].balances, len(runs[0].fills))


@pytest.mark.parametrize("path", [PRODUCER, DESK], ids=["producer", "desk"])
def test_a_crash_between_two_bars_changes_no_trade(path: str) -> None:
    config, tape = a_config(), a_tape(1_500)
    crashes = [(number, path, DEADLY[path]) for number in (200, 700, 1_300)]
    whole, broken = run(build(config, tape)), run(build(config, tape), *crashes)

    agree(config, tape, broken)
    assert [fill.at for fill in broken.fills] == [fill.at for fill in whole.fills]


@pytest.mark.skipif(not PERPETUAL.exists(), reason=f"no recorded market data at {PERPETUAL}")
def test_a_month_of_recorded_candles_trades_as_reckoned() -> None:
    config = load_config(EXAMPLES / "btc_perp.toml")
    frame = config.market.time_frame
    tape = read_tape(PERPETUAL, symbol=str(config.market.symbol), frame=frame)
    first, second = run(build(config, tape)), run(build(config, tape))

    agree(config, tape, first)
    assert first.digest == second.digest
    assert len(first.fills) > 100


def test_a_bot_takes_no_candles_of_another_market() -> None:
    builder = ExchangeBuilder(a_config())

    with pytest.raises(UsageError, match="these are 1m candles of ETH/USDT"):
        builder.in_context(backtest(a_tape(10, symbol="ETH/USDT")))
    with pytest.raises(UsageError, match="these are 5m candles of BTC/USDT"):
        builder.in_context(shuffled(a_tape(10, frame="5m")))
    with pytest.raises(UsageError, match="call in_context"):
        builder.build()


def test_a_plan_shows_the_tree_and_cannot_run() -> None:
    plan = ExchangeBuilder(a_config()).plan()
    shown = str(System(plan).tree())

    for name in ("store", "connector", "portfolio", "desk", "feed", "producer", "consumer"):
        assert name in shown


def test_another_store_takes_the_place_of_the_memory() -> None:
    memory = JournalMemory()
    tape = a_tape(300)
    builder = ExchangeBuilder(a_config()).in_context(backtest(tape))
    bot = builder.with_store(lambda: MemoryJournal(memory)).build()
    assert bot.memory is None

    found = run(attrs.evolve(bot, memory=memory))

    assert found.digest.commits == len(list(memory.commits("main"))) > 1


def test_closes_between_two_price_steps_are_paid_for() -> None:
    config = a_config()
    market = attrs.evolve(config.market, price_step=Positive(Decimal(7)))
    found = run(build(attrs.evolve(config, market=market), a_tape(1_500)))

    assert len(found.fills) > 50  # a desk that could not pay would have died
    assert all(fill.price % 7 == 0 for fill in found.fills)


def test_a_bot_far_from_its_venue_pays_the_price_of_when_it_arrives() -> None:
    text = (EXAMPLES / "common_backtest.toml").read_text("utf-8")
    far = parse_config(text + "\n[venue]\nrequest_ms = 90_000\nanswer_ms = 1_000\n")
    config = attrs.evolve(a_config(), venue=far.venue)
    tape = a_tape(1_500)
    found = run(build(config, tape))

    for fill in found.fills:
        assert (fill.at - START) % MINUTE == MINUTE / 2
        index = tape.index_at(Millis(fill.at))
        assert Fraction(fill.price) == Fraction(str(tape.closes.item(index)))


def test_a_bot_file_says_the_slippage_and_the_share_of_the_volume() -> None:
    text = (EXAMPLES / "common_backtest.toml").read_text("utf-8")
    tape = a_tape(1_500)

    text = text.replace('"ema_cross"', '"ema_cross"\nslippage = "0.02"')
    config = a_config()
    settings = attrs.evolve(config.mode.settings, slippage=Decimal("0.02"))
    config = attrs.evolve(config, mode=attrs.evolve(config.mode, settings=settings))

    def fills_by(rules: str) -> list[Fill]:
        venue = parse_config(f"{text}\n[venue]\n{rules}\n").venue
        return list(run(build(attrs.evolve(config, venue=venue), tape)).fills)

    exact = fills_by('rules = "full"')
    worse = fills_by('rules = "full"\nslippage = "0.01"')
    buy, bought = (next(each for each in fills if each.side == "buy") for fills in (exact, worse))

    assert bought.at == buy.at
    assert abs(bought.price - buy.price * Decimal("1.01")) <= config.market.instrument.price_step
    assert parse_config(f'{text}\n[venue]\nrules = "full"\nshare = "0.25"').venue.venue_rules == (
        VenueRules(share=Decimal("0.25"))
    )
