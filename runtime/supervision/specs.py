"""The declared shape of a tree: children, supervisors and their policies, as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum

import attrs

from ..behaviour import Behaviour
from ..clock import Millis
from ..errors import UsageError
from ..mailbox import Mailbox


class Restart(Enum):
    """When an ended child is started again (OTP's restart types)."""

    PERMANENT = "permanent"  # always
    TRANSIENT = "transient"  # after a crash, not after a normal end
    TEMPORARY = "temporary"  # never


class Strategy(Enum):
    """Who is restarted with a child that ended (OTP's strategies)."""

    ONE_FOR_ONE = "one_for_one"
    ONE_FOR_ALL = "one_for_all"
    REST_FOR_ONE = "rest_for_one"  # it and those started after it


class Backlog(Enum):
    """What a crash leaves of the messages that waited. The one that crashed is gone in any case."""

    KEEP = "keep"
    DROP = "drop"  # to the dead letters; asks are answered ActorCrashed


@attrs.frozen
class Backoff:
    """How long the n-th restart in the window waits: base * factor ** (n - 1), at most cap.

    base, cap: ms; a base of 0 restarts at once. jitter: the share of the delay that is drawn
    from the supervisor's seeded chance, 0 to 1.
    """

    base: Millis = Millis(100)
    factor: float = 2.0
    cap: Millis = Millis(30_000)
    jitter: float = 0.5

    def __attrs_post_init__(self) -> None:
        if self.base < 0 or self.cap < self.base or self.factor < 1 or not 0 <= self.jitter <= 1:
            raise UsageError(
                f"not a back-off: {self}; need 0 <= base <= cap, factor >= 1, jitter 0..1"
            )


AT_ONCE = Backoff(base=Millis(0))


@attrs.frozen
class Child:
    """One actor of the tree.

    factory: makes a fresh incarnation, at the start and at every restart.
    start_deadline, stop_deadline: ms for `on_start`, and for the last turn and `on_stop` together.
    """

    name: str
    factory: Callable[[], Behaviour]
    restart: Restart = attrs.field(default=Restart.PERMANENT, kw_only=True)
    mailbox: Mailbox = attrs.field(default=Mailbox(), kw_only=True)
    backlog: Backlog = attrs.field(default=Backlog.KEEP, kw_only=True)
    start_deadline: Millis = attrs.field(default=Millis(30_000), kw_only=True)
    stop_deadline: Millis = attrs.field(default=Millis(5_000), kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_name(self.name)


def as_tuple(children: Iterable[Child | Supervisor]) -> Sequence[Child | Supervisor]:
    """Children as a value; typed, which `tuple` itself as a converter would not be."""
    return tuple(children)


@attrs.frozen
class Supervisor:
    """A supervisor and its children, oldest first.

    max_restarts, window: a restart that makes more than `max_restarts` within `window` ms stops
    the subtree and fails the supervisor itself.
    """

    name: str
    children: Sequence[Child | Supervisor] = attrs.field(converter=as_tuple)
    strategy: Strategy = attrs.field(default=Strategy.ONE_FOR_ONE, kw_only=True)
    restart: Restart = attrs.field(default=Restart.PERMANENT, kw_only=True)
    max_restarts: int = attrs.field(default=3, kw_only=True)
    window: Millis = attrs.field(default=Millis(5_000), kw_only=True)
    backoff: Backoff = attrs.field(default=Backoff(), kw_only=True)

    mailbox = Mailbox(bound=1_000_000)  # reports of children, never user data
    backlog = Backlog.KEEP

    def __attrs_post_init__(self) -> None:
        check_name(self.name)
        if self.max_restarts < 0 or self.window < 1:
            raise UsageError(f"{self.name}: need max_restarts >= 0 and window >= 1 ms")
        check_unique(self.name, self.children)

    @property
    def start_deadline(self) -> Millis:
        """ms; all children one after the other."""
        return Millis(sum(child.start_deadline for child in self.children) + 1_000)

    @property
    def stop_deadline(self) -> Millis:
        """ms; all children one after the other, each with time to unwind its tasks."""
        return Millis(sum(2 * child.stop_deadline for child in self.children) + 1_000)


def check_name(name: str) -> None:
    """Refuse a name that could not stand in a path."""
    if not name or "/" in name or name in {".", ".."}:
        raise UsageError(
            f"{name!r} cannot be the name of an actor: it must be non-empty without '/'"
        )


def check_unique(owner: str, children: Sequence[Child | Supervisor]) -> None:
    """Refuse two children of one name."""
    seen: set[str] = set()
    for child in children:
        if child.name in seen:
            raise UsageError(f"{owner} has two children named {child.name!r}")
        seen.add(child.name)
