"""Orders that belong together, in a world: what their desk tells of them."""

from __future__ import annotations

from benthic.scenarios.world import World
from benthic.scenarios.world.batches import draft, place_all

from .played import played


def test_what_holds_an_order_up_is_told_in_each_life_of_its_bot() -> None:  # K1
    lives: list[int] = []

    async def scenario(world: World) -> None:
        await world.open_venue()
        bot = await world.start_bot()

        def told() -> set[int]:
            lives[:] = sorted({each.life for each in bot.said("order held up")})
            return set(lives)

        stop = draft(
            "stop", "sell", "stop_loss", "0.1", stop="59000", keeper="desk", purpose="protective"
        )
        placed = (await place_all(bot, stop))["stop"]
        await bot.place("sell", "2")  # all there is
        world.venue.move("BTC/USDT", "58900")
        await world.eventually(lambda: bot.order(placed.id).status == "due", within=60)
        await bot.kill()
        await bot.start()
        await world.eventually(lambda: len(told()) > 1, within=120)
        world.venue.deposit("BTC", "1")
        await world.eventually(lambda: bot.order(placed.id).status == "filled", within=300)

    outcome = played(scenario)

    assert outcome.findings == ()
    assert lives == [1, 2]
