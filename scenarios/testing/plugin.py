"""The pytest plugin: a test that is async and takes `world` is run as a scenario.

`@pytest.mark.seed(7)` names the seed; without it, it is 0. Several seeds are several tests:
`@pytest.mark.parametrize("seed", range(5))` and an argument `seed`.
"""

from __future__ import annotations

import inspect
import sys
from types import ModuleType
from typing import Any, Final

from ..world import World
from .playing import try_scenario

FIXTURE: Final = "world"
MARK: Final = "seed"


def fixtures() -> ModuleType:
    """What is offered under the name `world`; pytest is there where this is called."""
    pytest: Any = sys.modules["pytest"]  # it calls us, and is no dependency of anybody else

    def world(request: Any) -> int:
        """The seed of the world that the test is given."""
        given: dict[str, Any] = (
            request.node.callspec.params if hasattr(request.node, "callspec") else {}
        )
        mark = request.node.get_closest_marker(MARK)
        return int(given.get(MARK, mark.args[0] if mark is not None else 0))

    module = ModuleType(f"{__name__}.fixtures")
    vars(module)[FIXTURE] = pytest.fixture(name=FIXTURE)(world)
    return module


def pytest_configure(config: Any) -> None:
    """Called by pytest: offer the fixture, and know the mark."""
    config.addinivalue_line("markers", f"{MARK}(number): the seed of the test's world")
    config.pluginmanager.register(fixtures(), "benthic-world")


def pytest_pyfunc_call(pyfuncitem: Any) -> bool | None:
    """Called by pytest for each test: run it in a world, if it asks for one."""
    function = pyfuncitem.obj
    if not inspect.iscoroutinefunction(function) or FIXTURE not in pyfuncitem.funcargs:
        return None
    names = inspect.signature(function).parameters
    seed = pyfuncitem.funcargs[FIXTURE]
    given = {name: pyfuncitem.funcargs[name] for name in names if name != FIXTURE}

    async def play(world: World) -> None:
        await function(world=world, **given)

    play.__wrapped__ = function  # type: ignore[attr-defined]  # whose file and lines are meant
    try_scenario(play, seed=seed)
    return True
