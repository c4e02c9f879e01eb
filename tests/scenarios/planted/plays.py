"""Short scripts in which one fault, or two, bring a planted bug out."""

from __future__ import annotations

from contextlib import suppress

import trio

from benthic.runtime import AskError, Refusal
from benthic.scenarios.world import ORDER, World

FIRST_POST = {"method": "POST", "path": ORDER, "nth": 1}
LOOK_UPS = {"method": "GET", "path": ORDER}
EVENTS = {"event": "executionReport"}


async def place(world: World, price: str = "50000") -> str:
    """Place an order with the first bot; its id, where anything came of it."""
    with suppress(Refusal, AskError):
        return (await world.bot.place("buy", "0.01", price)).id
    return ""


async def look_up_lags(world: World) -> None:
    """An order was taken, nobody says so, and for three seconds a look-up finds none (A14)."""
    await world.start_bot()
    world.venue.strike("A7", "drop", when=EVENTS)
    world.venue.strike("A14", "query_lag", when={**LOOK_UPS, "every": 1}, time="3s")
    world.venue.strike("A3", "status", when=FIRST_POST, status=502, point="after")
    await place(world)
    await trio.sleep(30)
    await world.settle(within=120)


async def lost_before_a_reconnect(world: World) -> None:
    """An order is lost on its way, and the line breaks before that is known (A1, M6)."""
    await world.start_bot()
    world.venue.strike("A1", "drop_request", when=FIRST_POST)
    world.venue.strike("M6", "disconnect", when={"at": "20s"})
    await trio.sleep(9)
    await place(world)
    await trio.sleep(30)
    await world.settle(within=120)


async def line_breaks(world: World) -> None:
    """The exchange takes no connection for half a minute (M6, M7)."""
    await world.start_bot()
    world.venue.strike("M7", "refuse_connections", when={"at": "10s"}, time="30s", status=503)
    world.venue.strike("M6", "disconnect", when={"at": "11s"})
    await trio.sleep(60)
    await world.settle(within=120)


async def fills_as_it_is_cancelled(world: World) -> None:
    """An order fills just before it is cancelled, and that is told late (A17, B15)."""
    await world.start_bot()
    order = await place(world)
    world.venue.strike("B15", "delay", when=EVENTS, time="20s")
    world.venue.strike(
        "A17", "fill", when={"method": "DELETE", "path": ORDER, "nth": 1}, symbol="BTCUSDT"
    )
    await world.bot.cancel(order)
    await trio.sleep(30)
    await world.settle(within=120)


async def fills_unheard(world: World) -> None:
    """An order fills, and the event is lost (A7)."""
    await world.start_bot()
    await place(world)
    world.venue.strike("A7", "drop", when=EVENTS)
    world.venue.fill("BTC/USDT")
    await trio.sleep(90)
    await world.settle(within=120)


async def fills_in_parts(world: World) -> None:
    """An order fills half, and half of what is left."""
    await world.start_bot()
    await place(world, "50001.03")
    world.venue.fill("BTC/USDT", share="0.5")
    await trio.sleep(5)
    world.venue.fill("BTC/USDT", share="0.5")
    await trio.sleep(90)
    await world.settle(within=120)


async def fills_in_part_beside_another(world: World) -> None:
    """Of two orders one fills half and is cancelled, while the other rests."""
    await world.start_bot()
    order = await place(world)
    world.venue.fill("BTC/USDT", share="0.5")
    await place(world, "49000")
    await trio.sleep(5)
    await world.bot.cancel(order)
    await trio.sleep(30)
    await world.settle(within=120)


async def fills_at_an_odd_price(world: World) -> None:
    """An order fills for a cost that no float is."""
    await world.start_bot()
    for price in ("50000.09", "50000.13", "50000.20"):
        await world.bot.place("buy", "0.0123", price)
    world.venue.fill("BTC/USDT")
    await trio.sleep(30)
    await world.settle(within=120)


async def told_late_of_its_beginning(world: World) -> None:
    """An order rests and fills, and is told of in the other order (B2)."""
    await world.start_bot()
    world.venue.strike("B2", "reorder", when=EVENTS, window=2)
    await place(world)
    world.venue.fill("BTC/USDT")
    await trio.sleep(30)
    await world.settle(within=120)


async def banned_and_killed(world: World) -> None:
    """A bot is banned for two minutes, dies, and comes back meanwhile (L2, K1)."""
    await world.start_bot()
    world.venue.strike("L2", "ban", when={"at": "5s"}, time="2m")
    await trio.sleep(40)
    await world.bot.kill(back_after=5)
    await trio.sleep(60)
    await world.settle(within=600)


async def clock_steps(world: World) -> None:
    """The exchange's clock steps while an order rests, and the line breaks (L4, M6)."""
    await world.start_bot()
    await place(world)
    world.venue.fire("L4", "clock_step", by="7s")
    world.venue.fire("M6", "disconnect")
    await trio.sleep(60)
    await world.settle(within=300)


async def answer_is_late(world: World) -> None:
    """An order is answered after the bot has stopped waiting (A5)."""
    await world.start_bot()
    world.venue.strike("A5", "delay", when=FIRST_POST, time="12s")
    await place(world)
    await trio.sleep(30)
    await world.settle(within=120)


async def killed_at_its_intent(world: World) -> None:
    """The process dies as soon as it has written an intent down (C1, K1)."""
    await world.start_bot()
    world.bot.kill_at(commit=1, phase="after", back_after=1)
    world.start_soon(place, world)
    await trio.sleep(30)
    await world.settle(within=120)


async def killed_after_a_cancel(world: World) -> None:
    """An order is cancelled, another rests, and the process dies (K1)."""
    await world.start_bot()
    await world.bot.cancel(await place(world))
    await place(world)
    await world.bot.kill(back_after=1)
    await trio.sleep(30)
    await world.settle(within=120)


async def bought_and_not_answered(world: World) -> None:
    """An order at market fills, and its answer is lost (A4)."""
    await world.open_venue()
    bot = await world.start_bot()
    message = {"status": 408, "code": -1007, "point": "after"}
    world.venue.strike("A4", "status", when=FIRST_POST, **message)
    with suppress(Refusal, AskError):
        await bot.place("buy", "0.01")
    await trio.sleep(60)
    await world.settle(within=300)


async def sent_and_not_answered(world: World) -> None:
    """The first order is taken, and nobody says so (A4); nobody waits for what comes of it."""
    await world.start_bot()
    message = {"status": 408, "code": -1007, "point": "after"}
    world.venue.strike("A4", "status", when=FIRST_POST, **message)
    await place(world)
    await trio.sleep(10)


async def full_and_mended(world: World) -> None:
    """The disk is full for one order, and not for the next (K3)."""
    await world.start_bot()
    world.bot.disk.fill()
    await place(world)
    world.bot.disk.mend()
    await place(world)
    await trio.sleep(10)


async def cancelled_at_once(world: World) -> None:
    """An order rests, and is cancelled."""
    await world.start_bot()
    await world.bot.cancel(await place(world))
    await world.settle(within=120)
