"""Both sets of rules behind one connector: the same orders over the same bars come to the same."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.exchange.latency import Latency
from benthic.actors.exchange.messages import Accepted, Cancelled, OrderReport
from benthic.runtime import Millis

from .test_simulated_properties import markets, plans
from .trading import (
    PAIR,
    Bars,
    Diary,
    Plan,
    a_full_venue,
    a_venue,
    answers_in,
    fills_in,
    traded,
)


def plain(answer: object) -> object:
    """An answer without what only one set of rules keeps."""
    if isinstance(answer, Accepted):
        return replace(answer, fills=())
    if isinstance(answer, Cancelled):
        return replace(answer, report=replace(answer.report, fills=()))
    if isinstance(answer, OrderReport):
        return replace(answer, fills=())
    return answer


def told(diary: Diary) -> tuple[object, ...]:
    """Fills in an order that both keep (within a bar's open the sides may differ), and answers."""
    fills = sorted(fills_in(diary), key=lambda fill: (fill.at, fill.client_id))
    taken = [
        fill
        for answer in answers_in(diary)
        if isinstance(answer, Accepted)
        for fill in answer.fills
    ]
    return fills, taken, [plain(answer) for answer in answers_in(diary)]


@settings(max_examples=60)
@given(markets(), plans(), st.sampled_from((0, 30_000)))
def test_both_rule_sets_answer_and_fill_the_same(bars: Bars, plan: Plan, away: int) -> None:
    funds = {"USDT": Decimal(400), "BTC": Decimal(2)}
    quick, full = a_venue(funds), a_full_venue(funds)
    latency = Latency(request=Millis(away))

    with_quick = traded(bars, plan, venue=quick, latency=latency)
    with_full = traded(bars, plan, venue=full, latency=latency)

    assert told(with_full) == told(with_quick)
    held = {each.asset: each for each in full.holdings() or ()}
    for each in quick.holdings() or ():
        mine = held[each.asset]
        assert (mine.free, mine.locked) == (each.free, each.locked)
    left = [report.client_id for report in full.open_orders(PAIR)]
    assert sorted(left) == sorted(report.client_id for report in quick.open_orders(PAIR))
