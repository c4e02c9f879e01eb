"""The pytest plugin: a test that is async and takes `world` is run as a scenario.

`@pytest.mark.seed(7)` names the seed; without it, it is 0. Several seeds are several tests:
`@pytest.mark.parametrize("seed", range(5))` and an argument `seed`.
"""

from __future__ import annotations

import inspect
import sys
from functools import partial
from types import ModuleType
from typing import Any, Final

import outcome

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
        marked: Any = 0 if mark is None else mark.args[0] if mark.args else None
        seed: Any = given.get(MARK, marked)
        if not isinstance(seed, int):
            pytest.fail(f"the seed of a world is a whole number, not {seed!r}", pytrace=False)
        return int(seed)

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

    ended: list[BaseException] = []

    async def play(world: World) -> None:
        result = await outcome.acapture(partial(function, world=world, **given))
        if isinstance(result, outcome.Error):
            if not isinstance(result.error, _no_failures()):
                raise result.error
            ended.append(result.error)

    play.__wrapped__ = function  # type: ignore[attr-defined]  # whose file and lines are meant
    try_scenario(play, seed=seed)
    for each in ended:
        raise each
    return True


def _no_failures() -> tuple[type[BaseException], ...]:
    """What pytest ends a test with that does not fail it."""
    pytest: Any = sys.modules["pytest"]
    return (pytest.skip.Exception, pytest.xfail.Exception, pytest.exit.Exception)
