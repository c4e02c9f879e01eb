"""Matching: order events per second, beside NautilusTrader and beside the plainest book.

Every engine gets the same order flow, in a process of its own, with all requests made beforehand;
what counts is CPU time per order event (a submit, a cancel, a fill). They take turns, and the
figures are medians. NautilusTrader is measured as the simulated exchange of a BacktestEngine, and
as its bare OrderMatchingEngine, compiled code that keeps no balances; that one stands beside our
engine with its whole ledger, and beside our engine without. Up to 1,000 orders rest, as on an
exchange with many traders: with 150, the bare engine is but half as fast as ours. Where
NautilusTrader is not installed (extra `nautilus`), the plain book is the only other.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Final

import attrs
import msgspec

from ..runtime import BenthicError
from .matching_runs import FlowRun
from .measurement import Measurement, rate
from .order_flow import order_events, order_flow
from .progress import Watch, unwatched

ROUNDS: Final = 5
STEPS: Final = 20_000
BAR: Final = 3.0
PATIENCE: Final = 600  # s for one process
UNIT: Final = "order events/s"

NAUTILUS: Final = Path(__file__).with_name("nautilus_matching.py")


class PeerFailed(BenthicError):
    """A process that runs an order flow ended without its answer."""

    def __init__(self, command: str, code: int, words: str) -> None:
        super().__init__(f"{command} ended with code {code}: {words}")


def measure(
    *,
    rounds: int = ROUNDS,
    steps: int = STEPS,
    python: Path | None = None,
    watch: Watch = unwatched,
) -> Iterator[Measurement]:
    """All figures. python: a Python that has NautilusTrader; None: this one, if it has."""
    with tempfile.TemporaryDirectory(prefix="benthic-bench-") as folder:
        path = Path(folder) / "flow.json"
        flow = order_flow(steps)
        path.write_bytes(msgspec.json.encode(flow))
        duels = {"naive_book": Duel(partial(_ours, path, "ours"), partial(_ours, path, "naive"))}
        if python is not None or find_spec("nautilus_trader") is not None:
            duels = _with_nautilus(path, str(python or sys.executable)) | duels
        for number, (name, duel) in enumerate(duels.items()):
            mine, other = list[float](), list[float]()
            for turn in range(rounds):
                watch(number * rounds + turn, len(duels) * rounds)
                mine.append(order_events(flow) / duel.ours().seconds)
                other.append(order_events(flow) / duel.other().seconds)
            yield rate(f"matching.{name}", median(mine), median(other), UNIT, bar=BAR)


@attrs.frozen
class Duel:
    """Two that take turns."""

    ours: Callable[[], FlowRun]
    other: Callable[[], FlowRun]


def _with_nautilus(path: Path, python: str) -> dict[str, Duel]:
    exchange, engine = (partial(_nautilus, path, python, how) for how in ("backtest", "engine"))
    ours, bare = (partial(_ours, path, name) for name in ("ours", "bare"))
    return {
        "nautilus.exchange": Duel(ours, exchange),
        "nautilus.bare_engine": Duel(ours, engine),
        "nautilus.bare_engine.both_without_ledger": Duel(bare, engine),
    }


def _ours(path: Path, name: str) -> FlowRun:
    return _child([sys.executable, "-m", f"{__package__}.matching_runs", name, str(path)])


def _nautilus(path: Path, python: str, how: str) -> FlowRun:
    return _child([python, str(NAUTILUS), how, str(path)])


def _child(command: list[str]) -> FlowRun:
    child = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)
    if child.returncode:
        words = child.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise PeerFailed(" ".join(command[1:]), child.returncode, words or "it said nothing")
    return msgspec.json.decode(child.stdout.splitlines()[-1], type=FlowRun)
