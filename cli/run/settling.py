"""What becomes of a bot's orders when it is told to stop, as its `[shutdown]` says.

First the mode ends, so that nothing new is ordered; then those orders are taken back that the file
names, each until the venue has said so. What cannot be taken back in time stays in the store, and
the next start finds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import trio

from ...actors.bot.builder import Bot
from ...actors.bot.chronicle import Say
from ...actors.bot.config import OrdersAtEnd
from ...actors.orders.messages import CancelOrder, ListOpenOrders
from ...actors.orders.model import Order
from ...runtime import AskError, NoSuchActor, Ref, Refusal, System

PAUSE: Final = 0.25  # s between two looks at what is still open
PATIENCE: Final = 15_000  # ms for one cancel


def to_cancel(policy: OrdersAtEnd, orders: Iterable[Order]) -> tuple[Order, ...]:
    """Which of the live orders are taken back."""
    if policy == "keep":
        return ()
    return tuple(order for order in orders if policy == "cancel_all" or order.purpose == "entry")


async def settle(system: System, bot: Bot, say: Say) -> None:
    """End the mode of a bot, and take back what its file says; returns when that is done."""
    policy, name = bot.config.shutdown.orders, bot.config.bot.name
    try:
        await _end(system.lookup(bot.paths.mode))
        desk = system.lookup(bot.paths.desk)
    except NoSuchActor:
        return  # it has not opened yet: there is nothing to take back that it knows of
    while True:
        try:
            orders = to_cancel(policy, await desk.ask(ListOpenOrders()))
        except (AskError, Refusal) as error:
            say("warning", "orders unknown", {"bot": name, "reason": str(error)})
            return
        if not orders:
            return
        async with trio.open_nursery() as nursery:
            for order in orders:
                nursery.start_soon(_cancel, desk, order, name, say)
        await trio.sleep(PAUSE)


async def _end(mode: Ref) -> None:
    mode.stop("the bot stops")
    while mode.is_alive:  # noqa: ASYNC110 - nobody outside of the actors is told of an end
        await trio.sleep(PAUSE / 10)


async def _cancel(desk: Ref, order: Order, bot: str, say: Say) -> None:
    try:
        await desk.ask(CancelOrder(order.id), timeout=PATIENCE)
    except (AskError, Refusal) as error:
        fields = {"bot": bot, "id": order.client_id, "reason": str(error)}
        say("warning", "cancel refused", fields)
