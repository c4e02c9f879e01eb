"""Scenarios in one's own tests: a fixture `world`, assertions, and a bot in one line.

In `conftest.py`: `pytest_plugins = ["benthic.scenarios.testing.plugin"]`. Then a test is

    async def test_my_bot_survives(world: World) -> None:
        bot = await world.start_bot()
        …

and fails where an invariant breaks, a sentence of it does not hold, or it raises. Nothing here
needs pytest but the plugin.
"""

from __future__ import annotations

from .checks import assert_agrees, assert_balance, assert_filled, assert_open
from .playing import simulate, try_scenario
from .stepping import SteppedWorld

__all__ = [
    "SteppedWorld",
    "assert_agrees",
    "assert_balance",
    "assert_filled",
    "assert_open",
    "simulate",
    "try_scenario",
]
