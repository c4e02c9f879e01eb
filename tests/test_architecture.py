"""The shape of the tree, read from its source: floors, circles, seams, sizes.

Each rule is a function from one module to its offences. Every rule is tried twice: on the tree,
where it must find nothing, and on a planted offence, which it must find.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import attrs
import pytest

ROOT = Path(__file__).resolve().parent.parent

FLOORS = (
    "runtime",
    "actors/market",
    "actors/matching",
    "actors/ccxt_trio",
    "actors/exchange",
    "actors/feeds",
    "actors/portfolio",
    "actors/orders",
    "actors/modes",
    "actors/signals",
    "actors/bot",
    "storage",
    "scenarios",
    "benchmarks",
    "cli",
)
"""From the ground up: a module imports from its own floor and from those below it."""

TOP_FOLDERS = ("runtime", "actors", "storage", "scenarios", "benchmarks", "cli")
GROUND = frozenset({"trio", "outcome", "attrs", "attr"})  # what the runtime may build on
BROAD = frozenset({"Exception", "BaseException"})
MUTABLE = frozenset(
    {
        *("dict", "list", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict"),
        *("WeakSet", "WeakKeyDictionary", "WeakValueDictionary", "Queue", "SimpleQueue"),
        *("Event", "Lock", "RLock", "Random", "count", "cycle"),
    }
)

LONGEST_FILE = 400  # lines
DEEPEST_FOLDER = 3  # folders below the root, so that four dots reach it


@attrs.frozen
class Module:
    """One source file: its path below the root, and what it says."""

    path: str
    tree: ast.Module
    lines: int

    @classmethod
    def parse(cls, path: str, source: str) -> "Module":
        return cls(path, ast.parse(source, path), source.count("\n"))

    @property
    def name(self) -> str:
        parts = self.path.removesuffix(".py").split("/")
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def package(self) -> list[str]:
        return self.path.split("/")[:-1]


def floor_of(name: str) -> int | None:
    """Which floor a dotted name lies on; None for the face, `actors` itself and strangers."""
    path = name.replace(".", "/")
    for number, floor in enumerate(FLOORS):
        if path == floor or path.startswith(floor + "/"):
            return number
    return None


def imports(module: Module) -> Iterator[tuple[int, str, str]]:
    """(line, target, name) of each import; a target of ours has no `benthic.` before it.

    A relative import starts with `/`, so that `runtime` of ours and a stranger's differ.
    """
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            target = node.module or ""
            if node.level:
                parents = module.package[: len(module.package) - node.level + 1]
                target = "/" + ".".join([*parents, *filter(None, [node.module])])
            for alias in node.names:
                yield node.lineno, target, alias.name


def ours(module: Module) -> Iterator[tuple[int, str, str]]:
    return ((line, target[1:], name) for line, target, name in imports(module) if target[:1] == "/")


def upward(module: Module) -> Iterator[str]:
    here = floor_of(module.name)
    for line, target, name in ours(module):
        there = floor_of(target) if floor_of(target) is not None else floor_of(f"{target}.{name}")
        if here is None or there is None:
            if module.package:
                yield f"{line}: imports {target or 'the face'}, which is no floor"
        elif there > here:
            yield f"{line}: imports {target} ({FLOORS[there]}) from below, in {FLOORS[here]}"


def absolute(module: Module) -> Iterator[str]:
    for line, target, _ in imports(module):
        if target.split(".")[0] in {"benthic", *TOP_FOLDERS}:
            yield f"{line}: imports {target} by its absolute name"


def off_the_ground(module: Module) -> Iterator[str]:
    if module.path.startswith("runtime/"):
        for line, target, _ in imports(module):
            top = target.split(".")[0]
            if top[:1] != "/" and top not in GROUND | sys.stdlib_module_names:
                yield f"{line}: the runtime imports {top}"


def with_asyncio(module: Module) -> Iterator[str]:
    for line, target, _ in imports(module):
        if target.split(".")[0] == "asyncio":
            yield f"{line}: imports asyncio"


def names_in(node: ast.expr | None) -> frozenset[str]:
    if node is None:
        return BROAD
    return frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def swallowing(module: Module) -> Iterator[str]:
    """A broad `except`, unless its last word is a bare `raise`, and a broad `suppress`."""
    if module.path.startswith("runtime/supervision/"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and names_in(node.type) & BROAD:
            last = node.body[-1]
            if not (isinstance(last, ast.Raise) and last.exc is None):
                yield f"{node.lineno}: a broad except that does not raise again"
        elif (
            isinstance(node, ast.Call)
            and dotted(node.func).endswith("suppress")
            and any(names_in(argument) & BROAD for argument in node.args)
        ):
            yield f"{node.lineno}: a broad suppress"


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported, blocks included."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If | ast.Try | ast.With | ast.For | ast.While):
            for field in ("body", "orelse", "finalbody"):
                yield from at_import(getattr(statement, field, []))


def mutable(module: Module) -> Iterator[str]:
    for statement in at_import(module.tree.body):
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        if [dotted(target) for target in targets] == ["__all__"]:
            continue
        literal = isinstance(
            value, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp | ast.SetComp
        )
        built = isinstance(value, ast.Call) and dotted(value.func).split(".")[-1] in MUTABLE
        if literal or built:
            yield f"{statement.lineno}: {dotted(targets[0])} is mutable and shared by the process"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global):
            yield f"{node.lineno}: global {', '.join(node.names)}"


def too_long(module: Module) -> Iterator[str]:
    if module.lines > LONGEST_FILE:
        yield f"{module.lines} lines, at most {LONGEST_FILE}"


def too_deep(module: Module) -> Iterator[str]:
    if len(module.package) > DEEPEST_FOLDER:
        yield f"{len(module.package)} folders deep, at most {DEEPEST_FOLDER}"


def more_than_a_face(module: Module) -> Iterator[str]:
    """A package's face is imports and `__all__`; the root's is lazy and may say how."""
    if not module.path.endswith("/__init__.py"):
        return
    for node in module.tree.body:
        words = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        names = isinstance(node, ast.Assign) and [dotted(t) for t in node.targets] == ["__all__"]
        if not (words or names or isinstance(node, ast.Import | ast.ImportFrom)):
            yield f"{node.lineno}: a face holds imports and __all__ only"


def without_words(module: Module) -> Iterator[str]:
    if not ast.get_docstring(module.tree):
        yield "1: does not say what it is for"


Rule = Callable[[Module], Iterator[str]]

PRODUCT_RULES: tuple[Rule, ...] = (
    upward,
    absolute,
    off_the_ground,
    with_asyncio,
    swallowing,
    mutable,
    too_long,
    too_deep,
    more_than_a_face,
    without_words,
)
TEST_RULES: tuple[Rule, ...] = (too_long, without_words)

PLANTED = (
    (upward, "runtime/cell.py", "from ..actors.market import Side"),
    (upward, "actors/feeds/candles.py", "from ..orders.model import Order"),
    (upward, "actors/orders/desk.py", "from ....benthic import storage"),
    (upward, "storage/store.py", "from .. import cli"),
    (absolute, "storage/store.py", "from benthic.runtime import Actor"),
    (absolute, "storage/store.py", "import runtime.clock"),
    (off_the_ground, "runtime/cell.py", "import msgspec"),
    (with_asyncio, "cli/main.py", "def f():\n    from asyncio import run"),
    (swallowing, "cli/main.py", "try:\n    f()\nexcept Exception:\n    pass"),
    (
        swallowing,
        "cli/main.py",
        "try:\n    f()\nexcept (OSError, BaseException) as e:\n    raise e",
    ),
    (swallowing, "cli/main.py", "try:\n    f()\nexcept:\n    pass"),
    (swallowing, "cli/main.py", "with contextlib.suppress(Exception):\n    f()"),
    (mutable, "cli/main.py", "SEEN: dict[str, int] = {}"),
    (mutable, "cli/main.py", "if True:\n    names = collections.deque()"),
    (mutable, "cli/main.py", "ids = itertools.count()"),
    (mutable, "cli/main.py", "def f():\n    global x"),
    (too_long, "cli/main.py", "\n" * 401),
    (too_deep, "actors/orders/graph/deep/x.py", ""),
    (more_than_a_face, "cli/__init__.py", "def f(): ..."),
    (without_words, "cli/main.py", "import trio"),
)


def read(*folders: str) -> Iterator[Module]:
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield Module.parse(file.relative_to(ROOT).as_posix(), file.read_text("utf-8"))


def the_product() -> list[Module]:
    face = [
        Module.parse(name, (ROOT / name).read_text("utf-8"))
        for name in ("__init__.py", "__main__.py")
    ]
    return [*face, *read(*TOP_FOLDERS)]


def offences(rules: tuple[Rule, ...], modules: list[Module]) -> list[str]:
    return [
        f"{module.path}:{offence}"
        for rule in rules
        for module in modules
        for offence in rule(module)
    ]


@pytest.mark.parametrize("rule", PRODUCT_RULES, ids=lambda rule: rule.__name__)
def test_the_tree_has_no_module_that_is(rule: Rule) -> None:
    assert offences((rule,), the_product()) == []


@pytest.mark.parametrize("rule", TEST_RULES, ids=lambda rule: rule.__name__)
def test_the_tests_and_examples_have_no_file_that_is(rule: Rule) -> None:
    assert offences((rule,), list(read("tests", "examples"))) == []


@pytest.mark.parametrize(("rule", "path", "source"), PLANTED)
def test_a_planted_offence_is_found(rule: Rule, path: str, source: str) -> None:
    assert len(list(rule(Module.parse(path, source)))) == 1


def dependencies(modules: list[Module]) -> dict[str, set[str]]:
    """Which of our modules each of our modules imports, by name."""
    known = {module.name for module in modules}
    found: dict[str, set[str]] = {module.name: set() for module in modules}
    for module in modules:
        for _, target, name in ours(module):
            inner = f"{target}.{name}".strip(".")
            found[module.name].add(inner if inner in known else target)
    return found


def test_no_modules_import_each_other_in_a_circle() -> None:
    list(TopologicalSorter(dependencies(the_product())).static_order())


def test_a_planted_circle_is_found() -> None:
    pair = [
        Module.parse("runtime/ref.py", "from .cell import Cell"),
        Module.parse("runtime/cell.py", "from . import ref"),
    ]

    with pytest.raises(CycleError):
        list(TopologicalSorter(dependencies(pair)).static_order())


def test_every_top_folder_with_code_is_a_floor() -> None:
    apart = {"tests", "examples", "docs", "build"}
    folders = {path.parent.name for path in ROOT.glob("[!.]*/*.py")}

    assert folders - apart <= set(TOP_FOLDERS)
