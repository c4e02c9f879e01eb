"""What `[shutdown] orders` takes back at a venue, and what it leaves there, over memory."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
import trio

from benthic.actors.bot.builder import ExchangeBuilder
from benthic.actors.bot.config import OrdersAtEnd
from benthic.actors.bot.contexts import simulation
from benthic.actors.bot.reading import parse_config
from benthic.actors.exchange.gate import GetGate
from benthic.actors.exchange.messages import FetchOpenOrders
from benthic.actors.exchange.settings import Credentials, VenueSettings
from benthic.actors.market.side import Purpose
from benthic.actors.orders.messages import PlaceOrder
from benthic.cli.run.settling import settle
from benthic.runtime import Millis, System, VirtualClock
from benthic.runtime.secret import Secret
from benthic.scenarios.determinism import run_seeded
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import START, MarketPlan, VenueConfig
from benthic.scenarios.venue.faults.plan import FaultPlan
from benthic.scenarios.venue.network import reaching
from benthic.scenarios.venue.venue import Venue

SYMBOL = "BTC/USDT"
PURPOSES: tuple[Purpose, ...] = ("entry", "protective")
BOT = """
[bot]
name = "first"
seed = 3

[exchange]
name = "binance"
key = {{ env = "KEY" }}
secret = {{ env = "SECRET" }}

[market]
symbol = "BTC/USDT"
time_frame = "1m"

[mode]
name = "ema_cross"
warm_up = 60

[shutdown]
orders = "{policy}"
"""


def left_behind(policy: OrdersAtEnd) -> tuple[set[Purpose], list[str]]:
    """What still rests at the venue once a bot has settled, and what the log was told."""
    said: list[str] = []

    def say(_: str, event: str, __: Mapping[str, object]) -> None:
        said.append(event)

    async def story(clock: VirtualClock) -> set[Purpose]:
        account = AccountPlan(name="ann", deposits={"spot": {"USDT": "10000", "BTC": "0"}})
        market = MarketPlan(pair=SYMBOL, kind="quiet")
        venue = Venue(VenueConfig(markets=(market,), accounts=(account,), seed=1))
        key = venue.api_key("ann")
        credentials = Credentials(Secret(key.key), Secret(key.secret.reveal()))
        spot = {"fetchMarkets": {"types": ["spot"]}}
        settings = VenueSettings(name="binance", credentials=credentials, options=spot)
        async with reaching(venue, plan=FaultPlan()) as reached:
            context = simulation(settings, reached.network, start=START)
            config = parse_config(BOT.format(policy=policy))
            bot = ExchangeBuilder(config).in_context(context).build()
            system = bot.system(clock=clock)
            async with trio.open_nursery() as nursery:
                await nursery.start(system.run)
                await trio.sleep(120)
                assert await system.lookup(bot.paths.gate).ask(GetGate()) == ()
                placed = {
                    await rest(system, bot.paths.desk, purpose): purpose for purpose in PURPOSES
                }
                await settle(system, bot, say)
                connector = system.lookup(bot.paths.connector)
                reports = await connector.ask(FetchOpenOrders(SYMBOL), timeout=Millis(30_000))
                await system.stop()
        return {placed[report.client_id] for report in reports}

    async def rest(system: System, desk: str, purpose: Purpose) -> str:
        """An order far below the market."""
        order = PlaceOrder(
            SYMBOL, "buy", "limit", Decimal("0.01"), Decimal(40_000), purpose=purpose
        )
        return (await system.lookup(desk).ask(order, timeout=Millis(30_000))).client_id

    return run_seeded(story, seed=5, start=START), said


@pytest.mark.parametrize(
    ("policy", "left"),
    [("keep", {"entry", "protective"}), ("cancel_entries", {"protective"}), ("cancel_all", set())],
    ids=["keep", "cancel_entries", "cancel_all"],
)
def test_at_the_end_the_orders_are_taken_back_that_the_file_names(
    policy: OrdersAtEnd, left: set[Purpose]
) -> None:
    assert left_behind(policy) == (left, [])
