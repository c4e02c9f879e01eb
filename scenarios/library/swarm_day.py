"""A day of bots that trade while the seed strikes as it likes; then all must be in order again.

The swarm of an hour, in quieter markets, and long enough for what builds up slowly: then the
faults end, and within ten minutes every gate is open, no outcome is unknown, and books and exchange
agree to the last digit.

Faults: A1, A2, A3, A4, A5, A6, A7, A8, A9, A14, A16, A17, A26, A27, B1, B2, B4, B5, B9, B13, B14,
Faults: B15, C6, C12, E1, E2, E3, E4, E5, E6, E7, E8, E9, E10, E11, E12, H1, H7, H8, K1, K2, K3, K5,
Faults: K6, K10, K11, L1, L2, L3, L4, L5, M4, M5, M6, M7
"""

from __future__ import annotations

from ..running.swarm import CALM, play_to_calm
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await play_to_calm(world, hours=24, cadence=CALM)
