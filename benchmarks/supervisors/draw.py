"""Trials drawn from seeds.

The events are drawn beside the model, so that most of them meet something alive, and time stops
often exactly at, before or after the edge of a window.
"""

from __future__ import annotations

from random import Random
from typing import Final, Literal, TypeAlias

from .model import Model, Node
from .plan import (
    Break,
    Event,
    Fail,
    Farewell,
    Group,
    How,
    Kind,
    Pace,
    Pass,
    Schedule,
    Stop,
    Strategy,
    Trial,
    Worker,
)
from .plan import paths as paths_of

Action: TypeAlias = Literal["pass", "fail", "together", "each", "break", "stop"]

DEPTH: Final = 3  # supervisors below each other, the root too
MOST_CHILDREN: Final = 4
MOST_EVENTS: Final = 16
MOST_FAILED_STARTS: Final = 3
NESTED: Final = 0.35  # of the children, as far as depth allows
BROKEN_AT_FIRST: Final = 0.05  # of the trees
AT_AN_EDGE: Final = 0.8  # of the pauses
PERIODS: Final = (1, 5, 20, 100)  # ms
INTENSITIES: Final = (0, 1, 1, 2, 3, 5)
KINDS: Final[tuple[Kind, ...]] = ("permanent", "permanent", "transient", "temporary")
STRATEGIES: Final[tuple[Strategy, ...]] = ("one_for_one", "one_for_all", "rest_for_one")
SCHEDULES: Final[tuple[Schedule, ...]] = ("fifo", "direct", "shuffle")
ACTIONS: Final[tuple[Action, ...]] = (
    *("pass", "pass", "pass", "pass", "fail", "fail", "fail", "fail"),
    *("together", "together", "each", "each", "break", "break", "stop"),
)
PACES: Final[tuple[Pace, ...]] = ("prompt",) * 7 + ("waiting",)
FAREWELLS: Final[tuple[Farewell, ...]] = ("calm", "calm", "rough")
HOWS: Final[tuple[How, ...]] = ("crash", "crash", "exit")


def draw(seed: int) -> Trial:
    """The trial of a seed."""
    chance = Random(seed)  # noqa: S311 - chance that can be had again
    schedule = chance.choice(SCHEDULES)
    tree = _group(chance, "root", 1)
    workers = [path for path, node in paths_of(tree) if isinstance(node, Worker)]
    broken: tuple[Break, ...] = ()
    if workers and chance.random() < BROKEN_AT_FIRST:
        broken = (Break(chance.choice(workers), 1),)
    trial = Trial(seed, schedule, tree, broken, ())
    events = tuple(_events(chance, Model(trial), trial, workers))
    return Trial(seed, schedule, tree, broken, events)


# -- the tree


def _group(chance: Random, name: str, depth: int) -> Group:
    least = 1 if depth == 1 else 0
    children = tuple(
        _group(chance, letter, depth + 1)
        if depth < DEPTH and chance.random() < NESTED
        else Worker(letter, chance.choice(KINDS), chance.choice(PACES), chance.choice(FAREWELLS))
        for letter in "abcd"[: chance.randint(least, MOST_CHILDREN)]
    )
    return Group(
        name,
        chance.choice(KINDS),
        chance.choice(STRATEGIES),
        chance.choice(INTENSITIES) + (2 if depth == 1 else 0),
        chance.choice(PERIODS),
        children,
    )


# -- what happens to it


def _events(chance: Random, model: Model, trial: Trial, workers: list[str]) -> list[Event]:
    events: list[Event] = []
    for _ in range(chance.randint(1, MOST_EVENTS)):
        alive = [n for n in model.known() if isinstance(n.plan, Worker) and n.state == "alive"]
        if model.end or not alive:
            break
        event = _event(chance, model, trial, alive, workers)
        model.happen(event)
        events.append(event)
    return events


def _event(
    chance: Random, model: Model, trial: Trial, alive: list[Node], workers: list[str]
) -> Event:
    action = _action(chance, model, trial)
    if action == "pass":
        return Pass(_pause(chance, model))
    if action == "break":
        return Break(chance.choice(workers), chance.randint(1, MOST_FAILED_STARTS))
    if action == "stop":
        known = [node for node in model.known() if node.parent is not None]
        return Stop(tuple(node.path for node in _siblings(chance, chance.choice(known))))
    if action == "each":
        return Fail(_with_how(chance, chance.sample(alive, chance.randint(1, len(alive)))), "each")
    victims = [chance.choice(alive)]
    if action == "together":
        victims = [node for node in _siblings(chance, victims[0]) if node in alive]
    return Fail(_with_how(chance, victims), "together")


def _action(chance: Random, model: Model, trial: Trial) -> Action:
    """What happens next. What has more than one right answer is left out.

    Where turns are shuffled, so are failures in one instant. Where a failed start is tried again,
    or a start waits, nothing says whether failures elsewhere come before or after that.
    """
    action = chance.choice(ACTIONS)
    waits = any(
        isinstance(node, Worker) and node.pace == "waiting" for _, node in paths_of(trial.tree)
    )
    if (trial.schedule == "shuffle" and action in {"each", "together"}) or (
        action == "each" and (model.is_broken or waits)
    ):
        return "fail"
    return action


def _pause(chance: Random, model: Model) -> int:
    """Some ms; mostly to the edge of a window, or one beside it."""
    edges = [
        at + node.plan.period - model.now
        for node in model.known()
        if isinstance(node.plan, Group)
        for at in node.moments
    ]
    if edges and chance.random() < AT_AN_EDGE:
        return max(0, chance.choice(edges) + chance.choice((-1, 0, 0, 1)))
    return chance.choice(PERIODS)


def _siblings(chance: Random, node: Node) -> list[Node]:
    """A node and some of its siblings, in any order."""
    family = node.parent.children if node.parent is not None else [node]
    others = [other for other in family if other is not node]
    chosen = [node, *chance.sample(others, chance.randint(0, min(2, len(others))))]
    chance.shuffle(chosen)
    return chosen


def _with_how(chance: Random, nodes: list[Node]) -> tuple[tuple[str, How], ...]:
    return tuple((node.path, chance.choice(HOWS)) for node in nodes)
