"""What the demo shows: a live table on a terminal, lines and a table now and then elsewhere."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Final, Protocol

from rich.console import Group
from rich.live import Live
from rich.text import Text

from ...actors.market.money import plain
from ...runtime import TreeNode
from ..output import console, table
from .keeper import Ledger

EVENTS: Final = 10  # lines of the story that stay on the screen
_FRAMES: Final = 8  # a second


class Screen(Protocol):
    """Where the demo tells its story."""

    def tell(self, words: str) -> None:
        """Something has happened."""

    def show(self, tree: TreeNode | None, ledger: Ledger) -> None:
        """This is how the bot stands now; cheap, called all the time."""

    def pause(self, tree: TreeNode | None, ledger: Ledger) -> None:
        """A part of the story is over."""


@contextmanager
def screen() -> Iterator[Screen]:
    """The screen that standard output can be."""
    if not sys.stdout.isatty():
        yield PlainScreen()
        return
    with Live(console=console(), refresh_per_second=_FRAMES, transient=True) as live:
        shown = LiveScreen(live)
        yield shown
    for line in shown.story:
        console().print(line, markup=False)


class LiveScreen:
    """A table that is drawn again and again, with the story below it."""

    def __init__(self, live: Live) -> None:
        self.story: list[str] = []
        self._live = live
        self._began = perf_counter()
        self._recent: deque[str] = deque(maxlen=EVENTS)
        self._shown: Any = Text("starting …")

    def tell(self, words: str) -> None:
        line = stamped(self._began, words)
        self.story.append(line)
        self._recent.append(line)
        self._draw()

    def show(self, tree: TreeNode | None, ledger: Ledger) -> None:
        self._shown = drawn(tree, ledger)
        self._draw()

    def pause(self, tree: TreeNode | None, ledger: Ledger) -> None:
        self.show(tree, ledger)

    def _draw(self) -> None:
        self._live.update(Group(self._shown, Text("\n".join(self._recent))))


class PlainScreen:
    """Lines for a log; how the bot stands is printed at the end of each part."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self._console = console()

    def tell(self, words: str) -> None:
        self._console.print(stamped(self._began, words), markup=False, soft_wrap=True)

    def show(self, tree: TreeNode | None, ledger: Ledger) -> None:
        """Nothing: a log is no film."""

    def pause(self, tree: TreeNode | None, ledger: Ledger) -> None:
        self._console.print(drawn(tree, ledger))


def stamped(began: float, words: str) -> str:
    """A line of the story with the seconds since it began."""
    return f"[{perf_counter() - began:5.1f} s] {words}"


def drawn(tree: TreeNode | None, ledger: Ledger) -> Any:
    """The tree, the balances and the open orders as tables."""
    return Group(_actors(tree), _orders(ledger), Text(_money(ledger)))


def _actors(tree: TreeNode | None) -> Any:
    shown = table("actor", "kind", "state", "restarts", "mailbox", "handled", numbers=(3, 4, 5))
    for node in tree.walk() if tree is not None else ():
        depth = node.path.count("/") - 1
        box = node.mailbox
        shown.add_row(
            "  " * depth + node.name,
            node.kind,
            node.state,
            str(node.restarts or "-"),
            "-" if box is None else f"{box.depth}/{_short(box.bound)}",
            "-" if box is None else f"{box.handled:,}",
        )
    if tree is None:
        shown.add_row("no process", "", "dead")
    return shown


def _short(bound: int) -> str:
    """A bound in few letters.

    >>> _short(4), _short(10_000), _short(1_000_000)
    ('4', '10k', '1M')
    """
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if bound >= size and not bound % size:
            return f"{bound // size}{unit}"
    return str(bound)


def _orders(ledger: Ledger) -> Any:
    shown = table("open order", "side", "amount", "price", "status", numbers=(2, 3))
    for order in ledger.orders[-8:]:
        shown.add_row(
            order.client_id,
            order.side,
            plain(order.amount),
            "market" if order.price is None else plain(order.price),
            order.status,
        )
    return shown


def _money(ledger: Ledger) -> str:
    """Balances on one line."""
    held = ", ".join(
        f"{balance.available:.4f} {balance.asset} and {balance.reserved:.4f} reserved"
        for balance in ledger.balances
    )
    return f"{held}; {ledger.commits} commits acknowledged, {ledger.fills} fills"
