"""What the rate budget says of its use, and polls that leave room before they must."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.bans import MemoryBans
from benthic.actors.exchange.budget import Admit, BarTold, GetPressure, Limit, RateBudget
from benthic.actors.exchange.rate_budget import Limits, Meter, Window
from benthic.runtime import Child, Millis, Supervisor, System, run_virtual

WINDOWS = (Window(Millis(1_000), 10), Window(Millis(60_000), 100))


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 10)), max_size=30))
def test_the_share_is_that_of_the_tightest_window(uses: list[tuple[int, int]]) -> None:
    meter, now = Meter(WINDOWS), Millis(0)
    for wait, cost in uses:
        now = Millis(now + wait)
        meter.take(cost, now)
    shares = [meter.used(window.span, now) / window.most for window in WINDOWS]
    assert meter.share(now) == min(1.0, max(shares))
    assert meter.share(Millis(now + 60_000)) == 0


def test_a_budget_tells_how_much_is_used_and_a_bar_is_all_of_it() -> None:
    async def body(system: System) -> None:
        budget = system.lookup("/bot/budget")
        assert await budget.ask(GetPressure()) == 0.0
        budget.tell(Limit(Limits(weights=WINDOWS)))
        await budget.ask(Admit("read", Millis(100), cost=5))
        assert await budget.ask(GetPressure()) == 0.5
        budget.tell(BarTold(Millis(5_000), "429"))
        assert await budget.ask(GetPressure()) == 1.0

    children = [
        Child("bans", MemoryBans),
        Child("budget", lambda: RateBudget("binance", "here", bans="bans")),
    ]
    run_virtual(Supervisor("bot", children), body)
