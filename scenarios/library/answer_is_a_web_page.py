"""A web page comes in place of the answer to an order that was taken.

Faults: E9
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    page = "<html><body>Just a moment</body></html>"
    world.venue.strike(
        "E9",
        "body",
        when={"method": "POST", "path": ORDER, "nth": 1},
        body=page,
        content_type="text/html",
        point="after",
    )
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=120)
    await world.settle(within=120)
