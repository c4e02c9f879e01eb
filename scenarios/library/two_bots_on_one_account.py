"""Two bots trade one account without knowing of each other.

Each takes the other's orders for foreign ones, touches none of them, and says so aloud.

Faults: C13
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    one = await world.start_bot("one", account="first")
    two = await world.start_bot("two", account="first")
    world.happened("C13", "two bots trade the account first")
    mine = await one.place("buy", "0.01", "50000")
    other = await two.place("buy", "0.01", "49000")
    await world.eventually(lambda: bool(two.said("stray order")), within=180)
    await world.eventually(lambda: bool(one.said("stray order")), within=180)
    await world.rests(
        lambda: one.order(mine.id).status == two.order(other.id).status == "accepted", within=60
    )
