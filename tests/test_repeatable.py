"""What keeps a seed one run (R5), read from the source: no clock, chance, thread or order of a set.

Time comes from the actor's clock and chance from its seed. A set of strings is gone through in
another order in each process, so that what is made of one is sorted first. Each rule is tried on
the tree, where it must find nothing outside its seams, and on planted offences.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest

from .set_order import Known, Reader, declared
from .test_architecture import Module, dotted, imports, the_product

MEASURED = "what it measures or tells is how long the host takes"
HOLDER = "who holds a lock is told to people"
Seams = Mapping[str, str]  # a file or a folder, and why it may
TIME_AND_CHANCE_SEAMS: Final[Seams] = {
    "runtime/clock.py": "where the world's time comes in",
    "runtime/chance.py": "where the world's chance comes in",
    "benchmarks/": MEASURED,
    "actors/bot/run.py": MEASURED,
    "scenarios/running/run.py": MEASURED,
    "scenarios/planted/line.py": "a bug that is planted draws from a chance that nobody seeded",
    "scenarios/running/folder.py": "the name and the age of a folder that no actor sees",
    "scenarios/world/clock.py": "the zone of a host is the zone of the process that plays it",
    "scenarios/process/": "real processes live by the clock and in the files of the host",
    "cli/scenario/really.py": "where a real process has its files",
    "cli/progress.py": MEASURED,
    "cli/demo/": MEASURED,
    "cli/run/notify.py": "the service manager is told which process is up",
    "storage/environment.py": HOLDER,
    "storage/folder.py": HOLDER,
    "storage/lease.py": HOLDER,
}
THREAD_SEAMS: Final[Seams] = {
    "storage/worker.py": "a live store syncs its disk beside the actors; a simulated one does not",
    "scenarios/testing/stepping.py": "of its two threads one always waits for the other",
    "cli/run/sink.py": "nothing of a bot waits for the thread that writes its log",
    "benchmarks/": "they wait for processes and sockets; no trial shares a thread with another",
}
ORDER_SEAMS: Final[Seams] = {}
IDENTITY_SEAMS: Final[Seams] = {
    "actors/exchange/kept.py": "looked up, and never gone through",
    "actors/matching/amending.py": "in the order in which they are named; no leg comes twice",
}

OUTSIDE = (
    "time.",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.getnode",
    "os.urandom",
    "os.getrandom",
    "os.getpid",
    "os.times",
    "secrets.",
    "random.",
    "numpy.random.",
    "tempfile.",
)
SEEDED = frozenset({"random.Random", "numpy.random.Generator", "numpy.random.default_rng"})
THREADS = frozenset({"threading", "_thread", "concurrent", "multiprocessing", "queue"})
THREAD_CALLS = frozenset({"to_thread", "from_thread", "start_thread_soon"})


def by_full_name(module: Module) -> Iterator[tuple[ast.expr, str]]:
    """Every name that is used, written out as the module that it comes from."""
    known: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                known[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            first, _, rest = dotted(node).partition(".")
            yield node, known.get(first, "?") + ("." + rest if rest else "")


def outside(module: Module, _: Known) -> Iterator[str]:
    """Time and chance that do not come from the actor's clock and seed."""
    for node, full in by_full_name(module):
        found = any(full == word or (word[-1] == "." and full.startswith(word)) for word in OUTSIDE)
        if found and full not in SEEDED:
            yield f"{node.lineno}: {full} is not under the clock or the seed"
    full_names = dict(by_full_name(module))
    for call in ast.walk(module.tree):
        match call:
            case ast.Call(args=[], keywords=[]) if full_names.get(call.func) in SEEDED:
                yield f"{call.lineno}: {ast.unparse(call)} has no seed"
            case _:
                pass


def threaded(module: Module, _: Known) -> Iterator[str]:
    for line, target, name in imports(module):
        words = {target.split(".")[0]} & THREADS or {target.split(".")[-1], name} & THREAD_CALLS
        if words and target[:1] != "/":
            yield f"{line}: imports {target}"
    for node, full in by_full_name(module):
        if full.startswith("trio.") and full.split(".")[-1] in THREAD_CALLS:
            yield f"{node.lineno}: {full} is a thread"


def in_order_of_a_set(module: Module, known: Known) -> Iterator[str]:
    reader = Reader(known)
    reader.visit(module.tree)
    yield from reader.found


def by_identity(module: Module, _: Known) -> Iterator[str]:
    """`hash` and `id`, which differ from process to process, but to say what a hash is."""
    own = {
        inner
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and node.name == "__hash__"
        for inner in ast.walk(node)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            given = [node.func, *(word.value for word in node.keywords if word.arg == "key")]
            names = {dotted(each) for each in given} & {"hash", "id"}
            if names and node not in own:
                yield f"{node.lineno}: {ast.unparse(node)} differs from process to process"


Rule = Callable[[Module, Known], Iterator[str]]
RULES: tuple[tuple[Rule, Seams], ...] = (
    (outside, TIME_AND_CHANCE_SEAMS),
    (threaded, THREAD_SEAMS),
    (in_order_of_a_set, ORDER_SEAMS),
    (by_identity, IDENTITY_SEAMS),
)
each_rule = pytest.mark.parametrize(
    ("rule", "seams"), RULES, ids=[rule.__name__ for rule, _ in RULES]
)

NAMES = "class Ear:\n    names: set[str]\n\ndef first() -> frozenset[str]: ...\n\n"
PLANTED: tuple[tuple[Rule, str], ...] = (
    (outside, "import time\ntime.time()"),
    (outside, "import time\ntime.perf_counter_ns()"),
    (outside, "from time import monotonic as m\nm()"),
    (outside, "from datetime import datetime\ndatetime.now()"),
    (outside, "import datetime as dt\ndt.datetime.now()"),
    (outside, "import random\nrandom.random()"),
    (outside, "from random import Random\nRandom()"),
    (outside, "import random as r\nr.SystemRandom()"),
    (outside, "import numpy as np\nnp.random.rand()"),
    (outside, "import numpy as np\nnp.random.default_rng()"),
    (outside, "from uuid import uuid4\nuuid4()"),
    (outside, "import secrets\nsecrets.token_hex()"),
    (outside, "import os\nos.urandom(8)"),
    (outside, "from tempfile import mkdtemp\nmkdtemp()"),
    (threaded, "import threading"),
    (threaded, "from concurrent.futures import ThreadPoolExecutor"),
    (threaded, "import trio\ntrio.to_thread.run_sync(f)"),
    (threaded, "from trio import to_thread"),
    (threaded, "from trio.to_thread import run_sync"),
    (in_order_of_a_set, "for name in {'a', 'b'}: f(name)"),
    (in_order_of_a_set, "names = {n for n in x}\n[f(n) for n in names]"),
    (in_order_of_a_set, "def g(names: frozenset[str]):\n    return list(names)"),
    (in_order_of_a_set, "def g(ways: dict[str, set[str]]):\n    return tuple(ways['a'])"),
    (
        in_order_of_a_set,
        "def g(ways: dict[str, set[str]]):\n    for _, w in ways.items():\n        print(*w)",
    ),
    (in_order_of_a_set, "for key in one.keys() - other: f(key)"),
    (in_order_of_a_set, "f(', '.join(set(x) | y))"),
    (in_order_of_a_set, "names = set[str]()\nnames.pop()"),
    (in_order_of_a_set, "print(f'{set(x)}')"),
    (in_order_of_a_set, "min(set(x), key=len)"),
    (in_order_of_a_set, "async def g():\n    async for x in set(y): pass"),
    (in_order_of_a_set, f"{NAMES}def g(ear):\n    return next(iter(ear.names))"),
    (in_order_of_a_set, f"{NAMES}for name in first(): f(name)"),
    (
        in_order_of_a_set,
        "class A:\n    def f(self):\n        self.x = set()\n        return [*self.x]",
    ),
    (in_order_of_a_set, "for file in folder.glob('*'): f(file)"),
    (by_identity, "sorted(x, key=lambda each: hash(each))"),
    (by_identity, "sorted(x, key=id)"),
)
HARMLESS = (
    "for name in sorted({'a', 'b'}): f(name)",
    "any(f(n) for n in set(x)) and len(set(x)) == sum(n for n in set(x))",
    "{n for n in set(x)} | {*set(x)}",
    "sorted(n for n in set(x))",
    "names = set(x)\nnames = sorted(names)\nfor n in names: f(n)",
    "def g(ways: dict[str, set[str]]):\n    for name in ways: f(name)",
    "seen = set(x)\nseen.update(n for n in set(y))\n'a' in seen",
    "class A:\n    def __hash__(self): return hash(self.x)",
    "from random import Random\nRandom(7).random()",
    "import trio\ntrio.current_time()",
)


@pytest.fixture(scope="module")
def product() -> list[Module]:
    return the_product()


@pytest.fixture(scope="module")
def known(product: list[Module]) -> Known:
    return declared(product)


@each_rule
def test_nothing_in_the_product_is(
    rule: Rule, seams: Seams, product: list[Module], known: Known
) -> None:
    assert [
        f"{module.path}:{offence}"
        for module in product
        if not module.path.startswith(tuple(seams))
        for offence in rule(module, known)
    ] == []


@each_rule
def test_every_seam_is_needed(
    rule: Rule, seams: Seams, product: list[Module], known: Known
) -> None:
    for seam in seams:
        inside = [module for module in product if module.path.startswith(seam)]
        assert any(offence for module in inside for offence in rule(module, known)), seam


@pytest.mark.parametrize(("rule", "source"), PLANTED)
def test_a_planted_offence_is_found(rule: Rule, source: str) -> None:
    module = Module.parse("actors/orders/desk.py", source)

    assert len(list(rule(module, declared([module])))) == 1


@pytest.mark.parametrize("source", HARMLESS)
def test_what_repeats_is_left_alone(source: str) -> None:
    module = Module.parse("actors/orders/desk.py", source)

    assert [found for rule, _ in RULES for found in rule(module, declared([module]))] == []
