"""Scenarios as they lie in files: found by name or path, read, and told about before they run.

A Python file has `async def scenario(world)`. Its docstring tells the story; a line of it that
begins with "Faults:" names the codes that it covers. A TOML file is a fault plan with `[expect]`.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeAlias

import attrs
import outcome

from .. import library
from ..errors import BadScenario, NoSuchScenario, ScenarioUnreadable
from ..world import World
from ..world.findings import is_interrupt
from .planfile import read_plan_scenario

Play: TypeAlias = Callable[[World], Awaitable[None]]
CODES: Final = re.compile(r"\b[ABCMELKHI]\d{1,2}\b")
LIBRARY: Final = Path(str(library.__file__)).parent
ENTRY: Final = "scenario"
SWARMS: Final = frozenset({"swarm", "swarm_day", "swarm_safety"})
"""Scripts of which a seed takes as long as fifty of others, or a thousand."""


@attrs.frozen(kw_only=True)
class Script:
    """A scenario that can be run. file: as its lines are named; source: what stands in it."""

    name: str
    file: str
    story: str  # its first line
    faults: tuple[str, ...]  # codes that it covers
    play: Play


def library_names() -> list[str]:
    """The scripts that come along, by name."""
    return sorted(file.stem for file in LIBRARY.glob("[!_]*.py"))


def find_script(name: str) -> Script:
    """A script of the library, or that of a file. Raises BadScenario."""
    if name in library_names():
        module = importlib.import_module(f"{library.__name__}.{name}")
        return _of_module(module, name, str(module.__file__))
    path = Path(name)
    if not name or not path.exists():
        raise NoSuchScenario(name, library_names())
    return read_script(path.absolute())  # as Python names the file of a frame


def read_script(path: Path) -> Script:
    """The script in a file. Raises BadScenario."""
    path = path.absolute()  # as tracebacks name it, and as it is found from another folder
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ScenarioUnreadable(str(path), reason or str(error)) from error
    if path.suffix == ".toml":
        plan = read_plan_scenario(text, str(path))
        return Script(
            name=path.stem,
            file=str(path),
            story=plan.story,
            faults=plan.faults,
            play=plan.play,
        )
    if path.suffix != ".py":
        raise BadScenario(str(path), "is neither .py nor .toml", remedy="name such a file")
    return _of_module(_loaded(path), path.stem, str(path))


def digest_of(script: Script) -> str:
    """Of what stands in its file: a script that was changed is another one. Raises OSError."""
    return blake2b(Path(script.file).read_bytes(), digest_size=8).hexdigest()


def told_of(name: str) -> tuple[str, tuple[str, ...]]:
    """Story and codes of a script of the library, without running anything of it."""
    tree = ast.parse((LIBRARY / f"{name}.py").read_text("utf-8"))
    return _told(ast.get_docstring(tree) or "")


def _loaded(path: Path) -> ModuleType:
    name = f"scenario_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadScenario(str(path), "is no Python module", remedy="name a .py file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # msgspec and attrs look classes of the script up there
    result = outcome.capture(spec.loader.exec_module, module)  # it may raise whatever it likes
    if isinstance(result, outcome.Error):
        if is_interrupt(result.error):
            raise result.error
        raise _unloadable(result.error, path) from result.error
    return module


def _unloadable(error: BaseException, path: Path) -> BadScenario:
    """What to say of what a file raised while it was loaded."""
    line = _line_in(error, str(path))
    problem = f"cannot be loaded ({type(error).__name__}: {error})"
    if isinstance(error, SyntaxError) and error.filename in {None, str(path)}:
        line, problem = error.lineno or 1, f"is no Python ({error.msg})"
    return BadScenario(f"{path}:{line}", problem, remedy="mend that line")


def _of_module(module: ModuleType, name: str, file: str) -> Script:
    play: Any = getattr(module, ENTRY, None)
    if not inspect.iscoroutinefunction(play):
        problem = "has no `async def scenario(world)`"
        raise BadScenario(file, problem, remedy="define one: it is what is run")
    takes = len(inspect.signature(play).parameters)
    if takes != 1:
        place = f"{file}:{play.__code__.co_firstlineno}"
        raise BadScenario(place, f"scenario takes {takes} arguments", remedy="take the world alone")
    story, faults = _told(module.__doc__ or "")
    return Script(name=name, file=file, story=story, faults=faults, play=play)


def _told(words: str) -> tuple[str, tuple[str, ...]]:
    lines = words.strip().splitlines()
    said = " ".join(line for line in lines if line.strip().startswith("Faults:"))
    return (lines[0].strip() if lines else ""), tuple(dict.fromkeys(CODES.findall(said)))


def _line_in(error: BaseException, file: str) -> int:
    line, step = 1, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == file:
            line = step.tb_lineno
        step = step.tb_next
    return line
