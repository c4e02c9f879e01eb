"""A small model of OTP's supervisors, written from what their documentation promises.

It has no time but a number and no concurrency but an inbox for each supervisor. It knows nothing
of the runtime, which is measured against it. Where the documentation leaves something open, this
is what both do:

- A supervisor that gives up has crashed. (OTP's ends with the reason `shutdown`, so that there a
  transient supervisor stays away; here its parent starts it again, as it does a permanent one.)
- A child that ended is cleaned up when its supervisor deals with it: after a normal end at once,
  after a crash at its place in the reverse order in which the group is stopped.
- A failed start during a restart is tried again behind the ends that were reported before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Literal, TypeAlias

from .plan import Break, Course, Event, Fail, Group, Pass, Step, Stop, Trial, Worker

State: TypeAlias = Literal["gone", "alive", "crashed", "leaving", "restarting"]


class Node:
    """A child as its supervisor knows it; of the root, nobody does."""

    def __init__(self, plan: Worker | Group, parent: Node | None) -> None:
        self.plan = plan
        self.parent = parent
        self.path: str = f"{parent.path if parent else ''}/{plan.name}"
        self.state: State = "gone"
        self.attempts = 0  # to start it: tells its lives apart
        self.restarts = 0  # by its own supervisor
        self.fault = ""  # of a supervisor: why it failed last
        self.children: list[Node] = []  # oldest first
        self.moments: list[int] = []  # of restarts that may still count, ms
        self.inbox: deque[tuple[Node, int, State]] = deque()


class Model:
    """One tree, from its start to its end."""

    def __init__(self, trial: Trial) -> None:
        self.root = Node(trial.tree, None)
        self.now = 0
        self.end = ""
        self.limits = 0  # supervisors that gave up
        self._broken = {fuse.path: fuse.times for fuse in trial.broken}
        self._deeds: list[str] = []
        if not self._start(self.root):
            failed = next(child for child in self.root.children if child.state == "restarting")
            self.end = f"StartFailed {failed.path}"

    @property
    def is_broken(self) -> bool:
        """Whether some worker will not start next time."""
        return any(self._broken.values())

    def known(self, node: Node | None = None) -> Iterator[Node]:
        """Every child that its supervisor knows, parents first."""
        node = self.root if node is None else node
        yield node
        for child in node.children:
            yield from self.known(child)

    def step(self) -> Step:
        """What was done since the last step, and what there is now."""
        deeds, self._deeds = tuple(self._deeds), []
        if self.end:
            return Step(deeds, ())
        lines = (f"{n.path} {n.state} restarts={n.restarts} {n.fault}" for n in self.known())
        return Step(deeds, tuple(line.rstrip() for line in lines))

    def stop(self) -> None:
        """The root is told to stop."""
        self._terminate(self.root)
        self.end = "stopped"

    def happen(self, event: Event) -> None:
        """Let an event happen, and deal with all that follows from it."""
        here = {node.path: node for node in self.known()}
        if isinstance(event, Pass):
            self.now += event.time
        elif isinstance(event, Break):
            self._broken[event.path] = event.times
        elif isinstance(event, Stop):
            for node in [here[path] for path in event.paths if path in here]:
                self._terminate(node)
                self._delete(node)
        else:
            self._fail(event, here)

    def _fail(self, event: Fail, here: dict[str, Node]) -> None:
        victims = [(here[path], how) for path, how in event.victims if path in here]
        lives = [(node, node.attempts, how) for node, how in victims if node.state == "alive"]
        for node, life, how in lives:
            if node.state == "alive" and node.attempts == life and not self.end:
                self._die(node, "crashed" if how == "crash" else "leaving")
                if event.manner == "each":
                    self._deal()
        self._deal()

    # -- what a supervisor hears, and does about it

    def _die(self, node: Node, state: State) -> None:
        node.state = state
        if node.parent is not None:
            node.parent.inbox.append((node, node.attempts, state))

    def _deal(self) -> None:
        """Let supervisors deal with what they heard. Only one at a time has heard anything."""
        while busy := next((node for node in self.known() if node.inbox), None):
            child, life, state = busy.inbox.popleft()
            if child in busy.children and (child.attempts, child.state) == (life, state):
                self._ended(busy, child)

    def _ended(self, supervisor: Node, child: Node) -> None:
        kind = child.plan.kind
        went_well = child.state == "leaving"
        if went_well:
            self._terminate(child)
        if kind == "temporary":
            self._terminate(child)
            self._delete(child)
        elif kind == "permanent" or not went_well:
            self._restart(supervisor, child)

    def _restart(self, supervisor: Node, child: Node) -> None:
        plan = supervisor.plan
        if not isinstance(plan, Group):
            raise TypeError(f"{supervisor.path} has no children")
        recent = [at for at in supervisor.moments if self.now <= at + plan.period]
        supervisor.moments = [*recent, self.now]
        if len(supervisor.moments) > plan.intensity:
            self._give_up(supervisor)
            return
        place = supervisor.children.index(child)
        group = {
            "one_for_one": [child],
            "one_for_all": list(supervisor.children),
            "rest_for_one": supervisor.children[place:],
        }[plan.strategy]
        for member in reversed(group):
            self._terminate(member)
            if member.plan.kind == "temporary":
                self._delete(member)
        for member in group:
            if member.plan.kind == "temporary":
                continue
            member.restarts += 1
            if not self._start(member):
                supervisor.inbox.append((member, member.attempts, "restarting"))
                return

    def _give_up(self, supervisor: Node) -> None:
        self.limits += 1
        for child in reversed(supervisor.children):
            self._terminate(child)
        supervisor.inbox.clear()
        supervisor.fault = "RestartLimit"
        self._die(supervisor, "crashed")
        if supervisor.parent is None:
            self.end = f"RestartLimit {supervisor.path} {len(supervisor.moments)}"

    # -- one child

    def _start(self, node: Node) -> bool:
        """Start a child, and its children, oldest first; whether it started."""
        node.attempts += 1
        if isinstance(node.plan, Worker):
            if self._broken.get(node.path, 0) > 0:
                self._broken[node.path] -= 1
                self._deeds.append(f"refuse {node.path}")
                node.state = "restarting"
                return False
            self._deeds.append(f"start {node.path}")
        elif not self._start_children(node, node.plan):
            node.fault = "StartFailed"
            node.state = "restarting"
            return False
        node.state = "alive"
        return True

    def _start_children(self, node: Node, plan: Group) -> bool:
        before = {child.plan.name: child for child in node.children}
        node.children = [before.get(child.name) or Node(child, node) for child in plan.children]
        node.moments = []
        node.inbox.clear()
        for place, child in enumerate(node.children):
            if not self._start(child):
                for started in reversed(node.children[:place]):
                    self._terminate(started)
                return False
        return True

    def _terminate(self, node: Node) -> None:
        """Stop what runs of a child, its children youngest first."""
        for child in reversed(node.children):
            self._terminate(child)
        if isinstance(node.plan, Worker) and node.state in {"alive", "leaving", "crashed"}:
            self._deeds.append(f"{'clean' if node.state == 'crashed' else 'stop'} {node.path}")
        node.state = "gone"

    def _delete(self, node: Node) -> None:
        if node.parent is not None:
            node.parent.children.remove(node)


def foretell(trial: Trial) -> Course:
    """How a trial goes by the rules."""
    model = Model(trial)
    steps = [model.step()]
    for event in trial.events:
        if model.end:
            break
        model.happen(event)
        steps.append(model.step())
    if not model.end:
        model.stop()
        steps.append(model.step())
    return Course(tuple(steps), model.end)
