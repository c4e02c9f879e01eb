"""A whole live bot on a simulated exchange, in virtual time: an hour takes a few seconds.

Everything is what runs live: the connector over ccxt, HTTP and WebSocket byte for byte, desk, gate
and mode. Only the network ends in this process, and the exchange loses an answer now and then.
"""

import trio

from benthic.actors.bot.builder import ExchangeBuilder
from benthic.actors.bot.reading import parse_config
from benthic.actors.bot.venue_contexts import simulation
from benthic.actors.exchange.settings import Credentials, VenueSettings
from benthic.actors.orders.messages import ListOpenOrders
from benthic.actors.portfolio.messages import GetBooks
from benthic.runtime import VirtualClock
from benthic.runtime.secret import Secret
from benthic.scenarios.determinism import run_seeded
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import START, MarketPlan, VenueConfig
from benthic.scenarios.venue.faults.toml import plan_of
from benthic.scenarios.venue.network import reaching
from benthic.scenarios.venue.venue import Venue

BOT = """
[bot]
name = "first"

[exchange]
name = "binance"
key = { env = "KEY" }
secret = { env = "SECRET" }

[market]
symbol = "BTC/USDT"
time_frame = "1m"

[mode]
name = "ema_cross"
fast = 3
slow = 6
warm_up = 10
slippage = "0.01"
"""
FAULTS = """
[[rule]]
fault = "A2"
verb = "execute_then_drop_response"
when = { method = "POST", path = "/api/v3/order", every = 3 }
"""


async def main(clock: VirtualClock) -> None:
    account = AccountPlan(name="me", deposits={"spot": {"USDT": "10000"}})
    venue = Venue(VenueConfig(markets=(MarketPlan(pair="BTC/USDT"),), accounts=(account,), seed=7))
    key = venue.api_key("me")
    async with reaching(venue, plan=plan_of(FAULTS)) as reached:
        credentials = Credentials(Secret(key.key), Secret(key.secret.reveal()))
        settings = VenueSettings(name="binance", credentials=credentials)
        context = simulation(settings, reached.network, start=START)
        bot = ExchangeBuilder(parse_config(BOT)).in_context(context).build()
        system = bot.system(clock=clock)
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            await trio.sleep(3_600)
            live = await system.lookup(bot.paths.desk).ask(ListOpenOrders())
            books = await system.lookup(bot.paths.portfolio).ask(GetBooks())
            await system.stop()
    engine, number = venue.engines["spot"], venue.account("me")
    there = {asset: free for asset, (free, _) in engine.clearing.balances(number).items()}
    print("orders sent:", len(reached.record.sent("POST", "/api/v3/order")) > 0)
    print("answers lost:", reached.faults.log.total > 0)
    print("in doubt at the end:", sum(order.status == "unknown" for order in live))
    print("books agree:", all(int(each.total.scaleb(20)) == there[each.asset] for each in books))


run_seeded(main, seed=7, start=START)
