"""What a process of bots is fitted with beside what its files say: for programs that embed one.

`benthic run` takes the usual ones.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

import attrs

from ...actors.bot.builder import Bot
from ...runtime import System
from ...storage.order_store import OrderStore
from ...storage.store import Store

Keeper: TypeAlias = Callable[[OrderStore], Store]
"""Makes the actor that writes an open order store."""

Beside: TypeAlias = Callable[[System, Sequence[Bot]], Awaitable[None]]
"""Runs beside the System, of which the bots are part; cancelled when it ends."""


async def nobody(_: System, __: Sequence[Bot]) -> None:
    """Nothing runs beside."""


@attrs.frozen(kw_only=True)
class Fittings:
    """What may be exchanged."""

    keeper: Keeper = Store
    beside: Beside = nobody


USUAL: Final = Fittings()
