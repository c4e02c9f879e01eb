"""The faults of a sweep of feeds: which there are, when they strike, and what they make untrue."""

from __future__ import annotations

from itertools import pairwise

import pytest

from benthic.benchmarks.feed_sweep.cards import cards
from benthic.benchmarks.feed_sweep.overheard import note_answer, note_push
from benthic.benchmarks.feed_sweep.plan import QUIET, WARM_UP, blows, plan
from benthic.benchmarks.feed_sweep.setting import HOUR, SYMBOLS, Setting, a_venue, name_of
from benthic.benchmarks.feed_sweep.truth import Told
from benthic.runtime import Millis, UsageError
from benthic.scenarios.venue.faults.state import put_in_force
from benthic.scenarios.venue.wire.messages import Request

NAMES = [name_of(symbol) for symbol in SYMBOLS]
SLOT = 600_000


def test_there_are_more_than_fifty_faults_of_three_groups() -> None:
    every = cards()

    assert len({card.name for card in every}) == len(every) > 50
    assert {card.code[0] for card in every} == {"M", "B", "E"}


def test_each_fault_strikes_before_any_strikes_again() -> None:
    struck = blows(1, NAMES, 72 * HOUR, SLOT)
    count = len(cards())

    assert len({blow.card.name for blow in struck[:count]}) == count
    assert len({blow.name for blow in struck}) == len(struck)
    assert struck == blows(1, NAMES, 72 * HOUR, SLOT)
    assert struck != blows(2, NAMES, 72 * HOUR, SLOT)


def test_faults_strike_one_after_the_other_and_leave_quiet_at_both_ends() -> None:
    struck = blows(1, NAMES, 72 * HOUR, SLOT)

    assert all(one.ceased < other.at for one, other in pairwise(struck))
    assert struck[0].at > WARM_UP
    assert struck[-1].ceased < 72 * HOUR - QUIET


def test_a_run_without_room_for_a_fault_is_refused() -> None:
    with pytest.raises(UsageError, match="run it longer"):
        blows(1, NAMES, HOUR // 4, SLOT)


def test_the_venue_can_fire_all_of_them() -> None:
    setting = Setting(1, Millis(72 * HOUR))
    venue, _, _ = a_venue(setting)

    put_in_force(plan(1, blows(1, NAMES, setting.length, setting.slot)), venue)


# -- what may pass for true

TRADE = '{"e":"aggTrade","s":"BTCUSDT","a":7,"p":"%s"}'
KLINE = '{"e":"kline","s":"BTCUSDT","k":{"t":60,"i":"1m","x":%s,"c":"%s"}}'


def test_an_altered_trade_is_known_and_nonsense_is_not() -> None:
    told = Told()
    note_push(told, TRADE % "5", TRADE[: len(TRADE) // 2])
    note_push(told, TRADE % "5", (TRADE % "50").replace("BTC", "XYZ"))
    assert told.trades == set()

    note_push(told, TRADE % "5", TRADE % "50")
    assert told.trades == {("BTCUSDT", "7")}


def test_an_altered_candle_is_known_once_it_is_said_to_be_closed() -> None:
    told = Told()
    note_push(told, KLINE % ("false", 5), KLINE % ("false", 50))
    assert told.candles == set()

    note_push(told, KLINE % ("true", 5), KLINE % ("true", 50))
    assert told.candles == {("BTCUSDT", "1m", 60)}


def test_altered_answers_are_known() -> None:
    told = Told()
    asked = Request("GET", "/api/v3/x", "symbol=BTCUSDT&interval=5m")
    note_answer(told, asked, b'{"lastUpdateId":90}', b'{"lastUpdateId":50}')
    note_answer(
        told, asked, b'[{"a":1,"p":"1"},{"a":2,"p":"1"}]', b'[{"a":1,"p":"1"},{"a":2,"p":"9"}]'
    )
    note_answer(told, asked, b'[[300000,"1"]]', b'[[300000,"2"]]')

    assert told.trades == {("BTCUSDT", "2")}
    assert told.candles == {("BTCUSDT", "5m", 300_000)}
    assert [told.is_book("BTCUSDT", number) for number in (49, 50, 89, 90)] == [
        False,
        True,
        True,
        False,
    ]
