"""Short scripts with orders that belong together, in which a planted bug comes out."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import trio

from benthic.actors.orders.drafts import GroupDraft
from benthic.actors.orders.plan import Swap, TrailingDistance
from benthic.actors.orders.trailing import steps_for
from benthic.runtime import AskError, Millis, Refusal
from benthic.scenarios.errors import ExpectationFailed
from benthic.scenarios.world import ORDER, World, WorldBot
from benthic.scenarios.world.batches import AT_MARKET, draft, edit, guarded, place_all

PAIR = "BTC/USDT"
LIMIT = {"kind": "limit", "price": "59000"}


async def begun(world: World, **more: Any) -> tuple[WorldBot, dict[str, str]]:
    """A bot with an entry, its stop and its take profit: their ids by name."""
    if not world.venues:
        await world.open_venue()
    bot = await world.start_bot()
    given: dict[str, Any] = {"stop": "58000", "take_profit": "61500", "entry": AT_MARKET, **more}
    drafts, groups = guarded("buy", "0.1", **given)
    placed = await place_all(bot, *drafts, groups=groups)
    return bot, {name: order.id for name, order in placed.items()}


async def until(world: World, bot: WorldBot, order_id: str, status: str) -> None:
    """An order is there by now, or a bug keeps it from that."""
    with suppress(ExpectationFailed):
        await world.eventually(lambda: bot.order(order_id).status == status, within=60)


async def fills_again(world: World) -> None:
    """An entry fills half, and then the rest, while its stop rests."""
    await begun(world, entry=LIMIT)
    await trio.sleep(5)
    world.venue.fill(PAIR, share="0.5")
    await trio.sleep(10)
    world.venue.fill(PAIR)
    await trio.sleep(10)
    await world.settle(within=120)


async def fills_in_a_tiny_part(world: World) -> None:
    """Of an entry so little fills that nobody takes an order for a tenth of it."""
    bot = await world.start_bot()
    rest = {"after": "entry", "purpose": "protective"}
    await place_all(
        bot,
        draft("entry", "buy", "limit", "0.1", price="50000"),
        draft("near", "sell", "limit", "0.01", price="60800", **rest),
        draft("far", "sell", "limit", "0.09", price="61000", **rest),
    )
    await trio.sleep(5)
    world.venue.fill(PAIR, share="0.002")
    await trio.sleep(10)
    await world.settle(within=120)


async def wants_too_much(world: World) -> None:
    """An order for more than there is."""
    await world.start_bot()
    with suppress(Refusal):
        await world.bot.place("buy", "5", "50000")
    await trio.sleep(10)
    await world.settle(within=120)


async def fills_a_quarter(world: World) -> None:
    """A quarter of an order has filled when all orders are looked at."""
    await world.start_bot()
    await world.bot.place("buy", "0.01", "50000")
    world.venue.fill(PAIR, share="0.25")
    await trio.sleep(90)
    await world.settle(within=120)


async def at_a_round_price(world: World) -> None:
    """An order rests at a price with zeros at its end."""
    await world.start_bot()
    with suppress(Refusal):
        await world.bot.place("buy", "0.01", "50000")
    await world.settle(within=120)


async def flooded(world: World) -> None:
    """A desk is asked more at once than it can hold (H8)."""
    bot = await world.start_bot()
    bot.flood("desk", 9_000)
    await trio.sleep(130)
    await world.settle(within=120)


async def stop_is_given_back(world: World) -> None:
    """The exchange cancels a stop by itself (A26)."""
    bot, ids = await begun(world)
    await until(world, bot, ids["stop"], "accepted")
    world.venue.fire("A26", "venue_cancel", symbol="BTCUSDT")
    await trio.sleep(120)
    await world.settle(within=120)


async def never_fills(world: World) -> None:
    """An entry is cancelled with nothing filled."""
    bot, ids = await begun(world, entry=LIMIT)
    await trio.sleep(5)
    await bot.cancel(ids["entry"])
    await trio.sleep(10)
    await world.settle(within=120)


async def killed_while_one_waits(world: World) -> None:
    """The process dies while an entry rests, and what is chained to it waits (K1)."""
    bot, _ = await begun(world, entry=LIMIT)
    await trio.sleep(5)
    await bot.kill(back_after=1)
    await trio.sleep(30)
    await world.settle(within=300)


async def trails(world: World) -> None:
    """The price rises, and a stop that trails follows it at the exchange."""
    await world.open_venue()
    bot = await world.start_bot()
    profile = TrailingDistance(Decimal("0.01"), step=Decimal("0.0005"))
    await place_all(
        bot,
        draft("entry", "buy", "market", "0.1", reference="60000"),
        draft(
            "stop", "sell", "stop_loss", "0.1", stop="59000", after="entry", profile=profile,
            purpose="protective",
        ),
    )  # fmt: skip
    for price in ("60300", "60600", "60900"):
        await trio.sleep(20)
        world.venue.move(PAIR, price)
    await trio.sleep(20)
    await world.settle(within=120)


async def edited_when_half_filled(world: World) -> None:
    """An order that has filled half is made larger, by an amount on no step."""
    await world.open_venue()
    bot = await world.start_bot()
    order = await bot.place("buy", "0.1", "59000")
    await trio.sleep(5)
    world.venue.fill(PAIR, share="0.5")
    await trio.sleep(5)
    with suppress(Refusal, AskError):
        await edit(bot, order.id, amount=Decimal("0.123456789"))
    await trio.sleep(20)
    await world.settle(within=120)


async def sold_short(world: World) -> None:
    """What was sold is to be bought back lower."""
    await world.open_venue()
    bot = await world.start_bot()
    drafts, groups = guarded("sell", "0.1", stop="62000", take_profit="58500", entry=AT_MARKET)
    await place_all(bot, *drafts, groups=groups)
    await trio.sleep(60)
    await world.settle(within=120)


async def stopped_out(world: World, **more: Any) -> None:
    """The price falls, and the stop fills."""
    bot, ids = await begun(world, **more)
    await until(world, bot, ids["stop"], "accepted")
    world.venue.move(PAIR, "57900")
    await until(world, bot, ids["stop"], "filled")
    await world.settle(within=120)


async def stopped_out_of_balance(world: World) -> None:
    """The same in a balanced group."""
    await stopped_out(world, rule="balanced")


async def cancel_for_a_turn_is_lost(world: World) -> None:
    """The price touches the take profit, and the cancel of the stop is lost on its way (A16)."""
    bot, ids = await begun(world)
    await until(world, bot, ids["stop"], "accepted")
    world.venue.strike("A16", "drop_request", when={"method": "DELETE", "path": ORDER, "nth": 1})
    world.venue.move(PAIR, "61600")
    world.venue.move(PAIR, "61000")
    await trio.sleep(60)
    await world.settle(within=300)


async def turned_back(world: World) -> None:
    """The price rises to the take profit and falls at once: that does not fill in time."""
    bot, ids = await begun(world, swap=Swap(timeout=Millis(5_000)))
    await until(world, bot, ids["stop"], "accepted")
    world.venue.move(PAIR, "61600")
    world.venue.move(PAIR, "60500")
    await trio.sleep(60)
    await world.settle(within=300)


async def take_profits_in_a_row(world: World) -> None:
    """Of two take profits the first fills, and the stop has trailed beyond the entry by then."""
    await world.open_venue()
    bot = await world.start_bot()
    levels = [Decimal(price) for price in ("60300", "60600", "60900")]
    rest = {"after": "entry", "group": "ends", "purpose": "protective"}
    profile = steps_for(Decimal(60_000), levels, "above")
    await place_all(
        bot,
        draft("entry", "buy", "market", "0.1", reference="60000"),
        draft("stop", "sell", "stop_loss", "0.1", stop="59000", profile=profile, **rest),
        draft("near", "sell", "limit", "0.05", price="60800", **rest),
        draft("far", "sell", "limit", "0.05", price="66000", **rest),
        groups=[GroupDraft("ends", "trailing_on_filled_take_profit", Swap())],
    )
    for price in ("60310", "60610", "60810"):
        await trio.sleep(20)
        world.venue.move(PAIR, price)
    await trio.sleep(60)
    await world.settle(within=300)


async def desk_crashes(world: World) -> None:
    """A desk crashes while an order rests (H1)."""
    bot = await world.start_bot()
    await bot.place("buy", "0.01", "49999.99")
    bot.crash("desk")
    await trio.sleep(130)
    await world.settle(within=300)
