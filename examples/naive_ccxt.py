"""Two bots at an exchange that takes an order and loses the answer: `python naive_ccxt.py`.

One is what many write: ccxt as it is, in a process of its own, which asks again where the network
fails. It trades at `benthic venue`. The other is a whole bot of benthic, under the same rule in a
world. Both want one order.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benthic.scenarios.testing import try_scenario
from benthic.scenarios.world import ORDER, World

PLAN = """
[[rule]]
fault = "A2"
verb = "execute_then_drop_response"
line = "close"
when = { method = "POST", path = "/api/v3/order", nth = 1 }
"""
NAIVE = """
import os
from urllib.parse import urlsplit

import ccxt

key, secret = os.environ["BENTHIC_API_KEY"], os.environ["BENTHIC_API_SECRET"]
binance = ccxt.binance({"apiKey": key, "secret": secret})
binance.urls["api"] = {
    name: os.environ["BENTHIC_REST_URL"] + urlsplit(url).path
    for name, url in binance.urls["api"].items()
    if isinstance(url, str)
}
binance.options["fetchMarkets"] = {"types": ["spot"]}
for _ in range(3):
    try:
        binance.create_order("BTC/USDT", "limit", "buy", 0.01, 50_000)
        break
    except ccxt.NetworkError:
        print("ccxt: the network has failed, once more")
print("ccxt: orders at the exchange:", len(binance.fetch_open_orders("BTC/USDT")))
"""


def naive() -> None:
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "plan.toml"
        plan.write_text(PLAN, "utf-8")
        command = [sys.executable, "-m", "benthic", "venue", "--symbols", "BTC/USDT"]
        command += ["--families", "spot", "--faults", str(plan), "--print-env"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as venue:  # noqa: S603 - ours
            told = dict(venue.stdout.readline().strip().split("=", 1) for _ in range(4))
            env = {**os.environ, **told}
            try:
                subprocess.run([sys.executable, "-c", NAIVE], env=env, check=True, timeout=60)  # noqa: S603 - ours
            finally:
                venue.terminate()


async def whole(world: World) -> None:
    bot = await world.start_bot()
    lost = {"method": "POST", "path": ORDER, "nth": 1}
    world.venue.strike("A2", "execute_then_drop_response", when=lost, line="close")
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=60)
    print("benthic: orders at the exchange:", len(bot.oracle.open_orders()))


naive()
try_scenario(whole)
