"""The tree as it stands: values to inspect, and the same as text."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from .cell import Cell
from .mailbox import MailboxStatistics
from .supervision.specs import Child, Supervisor


@attrs.frozen
class TreeNode:
    """One actor at one moment."""

    name: str
    path: str
    kind: str  # the actor's class, or the supervisor's strategy
    state: str  # new, starting, running, suspended, failed, stopping, dead, planned
    restarts: int
    mailbox: MailboxStatistics | None
    error: str  # what the latest crash raised; empty where there was none
    children: tuple[TreeNode, ...]

    def walk(self) -> Iterator[TreeNode]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def __str__(self) -> str:
        return "\n".join(draw(self, "", ""))


def planned(spec: Child | Supervisor, parent: str = "") -> TreeNode:
    """The tree that a spec will become."""
    path = f"{parent}/{spec.name}"
    below = spec.children if isinstance(spec, Supervisor) else ()
    children = tuple(planned(child, path) for child in below)
    kind = spec.strategy.value if isinstance(spec, Supervisor) else spec.restart.value
    return TreeNode(spec.name, path, kind, "planned", 0, None, "", children)


def observed(cell: Cell) -> TreeNode:
    """The tree below a cell as it is now."""
    spec = cell.spec
    actor = type(cell.actor).__name__ if cell.actor is not None else "-"
    return TreeNode(
        name=spec.name,
        path=cell.path,
        kind=spec.strategy.value if isinstance(spec, Supervisor) else actor,
        state=cell.state,
        restarts=cell.restarts,
        mailbox=cell.statistics() if cell.state != "dead" else None,
        error="" if cell.error is None else type(cell.error).__name__,
        children=tuple(observed(child) for child in (cell.children or {}).values()),
    )


def draw(node: TreeNode, first: str, rest: str) -> Iterator[str]:
    """The lines of a subtree; `first` begins its own line, `rest` those below."""
    yield f"{first}{node.name}  {describe(node)}"
    last = len(node.children) - 1
    for index, child in enumerate(node.children):
        corner, trunk = ("└─ ", "   ") if index == last else ("├─ ", "│  ")
        yield from draw(child, rest + corner, rest + trunk)


def describe(node: TreeNode) -> str:
    """What is known of one node, on one line."""
    words = [f"[{node.kind}]", node.state]
    if node.restarts:
        words.append(f"restarts={node.restarts}")
    if node.mailbox is not None:
        box = node.mailbox
        words.append(f"mail={box.depth}/{box.bound} handled={box.handled}")
        if box.dropped or box.conflated:
            words.append(f"dropped={box.dropped} conflated={box.conflated}")
        if box.depth:
            words.append(f"age={box.age}ms")
    if node.error:
        words.append(f"last error {node.error}")
    return " ".join(words)
