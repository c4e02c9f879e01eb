"""The secret of an API key is shown to nobody but who asks for it by name."""

from __future__ import annotations

from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan, VenueConfig
from benthic.scenarios.venue.serving import Control
from benthic.scenarios.venue.venue import Venue

from .faults.struck import World, run

CHOSEN = "chosen-secret-of-ann"


def test_no_repr_of_a_venue_says_a_secret() -> None:
    plan = AccountPlan(name="ann", secret=CHOSEN)
    venue = Venue(VenueConfig(markets=(MarketPlan(pair="BTC/USDT"),), accounts=(plan,)))
    key = venue.api_key("ann")
    shown = [plan, venue.config, key, key.secret, venue.accounts, venue.keys, Control("t" * 40)]

    assert key.secret.reveal() == CHOSEN
    for each in shown:
        assert CHOSEN not in f"{each!r} {each} {vars(each) if hasattr(each, '__dict__') else ''}"
        assert "tttt" not in repr(each)


def test_neither_transcript_nor_record_nor_answer_says_a_secret() -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        ears = await world.hear_user()
        await trader.place()
        assert await ears.next("executionReport")
        await trader.said("GET", "/sapi/v1/account/apiRestrictions")
        await trader.said("GET", "/api/v3/account")
        secret = world.venue.api_key("bot").secret.reveal()

        assert world.transcript.lines
        assert secret not in repr(world.transcript.lines)
        assert secret not in repr(world.faults.log.entries())

    run([{"verb": "delay", "time": 1, "when": {"path": "/api/*", "nth": 1}}], body)
