"""What has changed between two looks at a tree: restarts, and mailboxes that dropped. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ...runtime import TreeNode


@attrs.frozen
class Difference:
    """Something happened to an actor since the look before."""

    event: str  # "restart", "mailbox dropped"
    actor: str
    count: int  # how often, since then
    error: str = ""  # of the latest crash


def differences(before: TreeNode | None, after: TreeNode) -> Iterator[Difference]:
    """What happened between the looks, parents first; an actor that is new has done nothing."""
    known = {} if before is None else {node.path: node for node in before.walk()}
    for node in after.walk():
        old = known.get(node.path)
        if old is None:
            continue
        if node.restarts > old.restarts:
            yield Difference("restart", node.path, node.restarts - old.restarts, node.error)
        dropped = _dropped(node) - _dropped(old)
        if dropped > 0:
            yield Difference("mailbox dropped", node.path, dropped)


def _dropped(node: TreeNode) -> int:
    return 0 if node.mailbox is None else node.mailbox.dropped
