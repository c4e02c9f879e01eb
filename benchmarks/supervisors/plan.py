"""What one trial is made of: a tree, and what happens to it. Values, known to both sides.

The words are those of OTP; neither the model nor the runtime is known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

import attrs

Kind: TypeAlias = Literal["permanent", "transient", "temporary"]
Strategy: TypeAlias = Literal["one_for_one", "one_for_all", "rest_for_one"]
Pace: TypeAlias = Literal["prompt", "waiting"]
Farewell: TypeAlias = Literal["calm", "rough"]
Schedule: TypeAlias = Literal["fifo", "direct", "shuffle"]
How: TypeAlias = Literal["crash", "exit"]  # by an error, or normally


@attrs.frozen
class Worker:
    """A child without children.

    Some wait for a moment, though for no time, when they start and stop; some raise when they are
    stopped. Neither may change anything.
    """

    name: str
    kind: Kind
    pace: Pace
    farewell: Farewell


@attrs.frozen
class Group:
    """A supervisor. More than `intensity` restarts within `period` ms are too many."""

    name: str
    kind: Kind
    strategy: Strategy
    intensity: int
    period: int
    children: tuple[Worker | Group, ...]


@attrs.frozen
class Pass:
    """Time passes, ms; possibly none."""

    time: int


@attrs.frozen
class Fail:
    """Workers end in one instant.

    Either each once the one before has been dealt with, or, siblings all, together: their
    supervisor hears of all of them, in this order, before it deals with the first.
    """

    victims: tuple[tuple[str, How], ...]
    manner: Literal["each", "together"]


@attrs.frozen
class Stop:
    """Siblings are stopped for good: terminated, and deleted from their supervisor."""

    paths: tuple[str, ...]


@attrs.frozen
class Break:
    """The next starts of a worker fail, so many times."""

    path: str
    times: int


Event: TypeAlias = Pass | Fail | Stop | Break


@attrs.frozen
class Trial:
    """A tree, the workers that will not start at first, and what happens afterwards."""

    seed: int
    schedule: Schedule
    tree: Group
    broken: tuple[Break, ...]
    events: tuple[Event, ...]


@attrs.frozen
class Step:
    """What was seen once an event had been dealt with."""

    deeds: tuple[str, ...]  # starts, refused starts, stops and clean-ups, in order
    tree: tuple[str, ...]  # the known children, parents first; nothing once the root has failed


@attrs.frozen
class Course:
    """How a trial went: the start, every event while the tree lived, and the end."""

    steps: tuple[Step, ...]
    end: str


def paths(node: Worker | Group, above: str = "") -> Iterator[tuple[str, Worker | Group]]:
    """Every node of a tree with its path, parents first."""
    path = f"{above}/{node.name}"
    yield path, node
    if isinstance(node, Group):
        for child in node.children:
            yield from paths(child, path)
