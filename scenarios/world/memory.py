"""What the actors of a bot hold in memory, asked for at a moment at which nothing is committed."""

from __future__ import annotations

from typing import Final

import attrs
import trio
from msgspec.structs import replace

from ...actors.orders.messages import ListOpenOrders
from ...actors.orders.model import Order
from ...actors.portfolio.messages import GetBooks
from ...actors.portfolio.model import Balance
from ...runtime import AskError, Millis, NoSuchActor, Refusal, TreeNode
from .bot import WorldBot

PATIENCE: Final = Millis(1_000)
LOOKS: Final = 3  # a difference counts once it was seen so often, with no commit in between
PAUSE: Final = 0.2  # s between them


@attrs.frozen
class Memory:
    """One look. is_steady: no commit came between the looks."""

    commits: int
    orders: dict[str, Order]
    balances: dict[str, Balance]
    expected_orders: dict[str, Order]
    expected_balances: dict[str, Balance]
    tree: TreeNode
    starts: tuple[str, ...] = ()  # paths of all that began in this life, oldest first
    was_refused: bool = False  # whether the disk has refused anything in this life

    @property
    def agrees(self) -> bool:
        """Whether memory and disk say the same.

        A cancel needs no room on the disk (K3): that somebody has asked for it is kept until it can
        be written, and nobody was told that it is.
        """
        return self.balances == self.expected_balances and (
            self.orders == self.expected_orders or (self.was_refused and self._are_cancelled())
        )

    def _are_cancelled(self) -> bool:
        """Whether orders differ by nothing but that they are to end."""
        return self.orders.keys() == self.expected_orders.keys() and all(
            held == kept or _is_to_end(held, kept)
            for held, kept in (
                (each, self.expected_orders[each.id]) for each in self.orders.values()
            )
        )


async def remember(bot: WorldBot) -> Memory | None:
    """What a bot holds; None where it cannot say, or where it is just changing."""
    found: Memory | None = None
    for _ in range(LOOKS):
        before = found
        found = await _look(bot)
        if found is None or found.agrees:
            return found
        if before is not None and before.commits != found.commits:
            return None
        await trio.sleep(PAUSE)
    return found


async def _look(bot: WorldBot) -> Memory | None:
    life = bot.life
    if life is None:
        return None
    commits = bot.books.commits
    try:
        desk = bot.system.lookup(bot.paths.desk)
        orders = await desk.ask(ListOpenOrders(), timeout=PATIENCE)
        portfolio = bot.system.lookup(bot.paths.portfolio)
        balances = await portfolio.ask(GetBooks(), timeout=PATIENCE)
    except (AskError, NoSuchActor, Refusal):
        return None
    if bot.life is not life or bot.books.commits != commits:
        return None
    return Memory(
        commits,
        {order.id: order for order in orders},
        {balance.asset: balance for balance in balances},
        dict(bot.books.live),
        dict(bot.books.balances),
        bot.system.tree(),
        tuple(life.turns.starts),
        any(told.life == len(bot.lives) for told in bot.said("not stored")),
    )


def _is_to_end(held: Order, kept: Order) -> bool:
    if held.plan is None or held.wish is None or held.wish.then != "end":
        return False
    return replace(held, plan=replace(held.plan, revision=kept.wish)) == kept
