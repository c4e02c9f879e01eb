"""The twenty traps of an actor core on trio: each has a test, or cannot be fallen into.

A test names the trap it is about in its docstring. This table says what each is and, where the
runtime is built so that it cannot happen, why; the tests below hold the two together.

Turns and trio
 1  a leader that never yields starves its surroundings     tests
 2  virtual time jumps over real work                       tests; `hold` announces real work
 3  a scope held across a park corrupts trio's stack        tests; one private name, with a canary
 8  turns that await trio are ordered by trio               tests; said in docs/runtime.md
11  a `def` handler blocks all others                       tests: batches and slices are bounded
16  exception groups at the boundary                        tests: unwrapped, interrupts not caught
19  coroutines that are never begun                         impossible: begun by whoever made them
20  MockClock's autojump is private to trio                 impossible: no MockClock in the runtime

Asks
 5  the wait-for edge is set too late                       tests
13  a time-out does not stop the turn                       tests
17  asks of background tasks, and two asks at once          tests: I/O turns have a list of edges

Incarnations
 4  what a dead incarnation set reaches the next            tests: everything is stamped
 7  context variables leak from turn to turn                tests: a context for each coroutine
12  cut turns see GeneratorExit, tasks must unwind first    tests

Queues
 6  what timers resume overtakes                            tests
 9  a KeyError taken for an unknown message                 tests
10  inline tells nest and re-enter                          tests: idle flag, capped depth
14  bounded mailboxes drop what they must not               tests
15  system messages are last in, first out                  tests: reports have a queue of their own

Time
18  the wall, and trio's clock with its random offset       tests; the seams are held by
                                                            tests/test_architecture.py
"""

import re
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import attrs
import pytest

from benthic import runtime
from benthic.runtime import (
    AT_ONCE,
    Actor,
    Child,
    Schedule,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]

HERE = Path(__file__).parent
TRAPS = frozenset(range(1, 21))


def named_in(text: str) -> set[int]:
    """The traps that a text names, such as in "Traps 1 and 11"."""
    found: set[int] = set()
    for words in re.findall(r"\bTraps? (\d+(?:(?:, | and )\d+)*)", text):
        found.update(int(number) for number in re.findall(r"\d+", words))
    return found


def test_every_trap_is_named_by_a_test() -> None:
    named = {number for file in HERE.glob("test_*.py") for number in named_in(file.read_text())}

    assert named == TRAPS


def test_every_trap_stands_in_the_table() -> None:
    listed = re.findall(r"^ ?(\d+)  \w", __doc__ or "", re.MULTILINE)

    assert sorted(map(int, listed)) == sorted(TRAPS)


@attrs.frozen
class Go(Tell):
    how: str


class Starter(Actor):
    """Makes a coroutine, and something that could keep it from being begun."""

    @on(Go)
    def go(self, message: Go) -> Coroutine[Any, Any, None]:
        if message.how == "stop":
            self.stop()
        elif message.how == "publish":
            self.publish(message)
        elif message.how == "system":
            self._cell.rq.stop_root("gone")
        return self.carry_on(message)

    async def carry_on(self, message: Go) -> None:
        if message.how == "crash":
            raise ValueError("as asked")
        await self.sleep(1)


class Listener(Starter):
    def on_start(self) -> None:
        self.subscribe(None, Go)

    @on(Go)
    def hear(self, message: Go) -> Coroutine[Any, Any, None]:
        return self.carry_on(message)


@pytest.mark.parametrize("how", ["stop", "publish", "crash", "system", "nothing"])
def test_no_coroutine_of_a_turn_is_left_unbegun(how: str, run: Run) -> None:
    """Trap 19: Python would warn "never awaited", and a warning fails the test."""

    async def body(system: System) -> None:
        starter = system.lookup("/bot/starter")
        for _ in range(3):
            starter.tell(Go(how))
        await system.settle()

    tree = Supervisor("bot", [Child("starter", Starter), Child("listener", Listener)],
                      backoff=AT_ONCE)  # fmt: skip
    run(tree, body)


@pytest.mark.parametrize("how", ["stop", "publish", "crash", "nothing"])
def test_no_coroutine_of_a_replay_is_left_unbegun(how: str, schedule: Schedule) -> None:
    """Trap 19."""

    async def body(system: System) -> None:
        starter = system.lookup("/bot/starter")
        await system.replay([(moment, starter, Go(how)) for moment in (1, 1, 2)])

    tree = Supervisor("bot", [Child("starter", Starter), Child("listener", Listener)],
                      backoff=AT_ONCE)  # fmt: skip
    run_virtual(tree, body, schedule=schedule)


def test_the_runtime_uses_no_mock_clock_and_one_private_name_of_trio() -> None:
    """Trap 20: time is moved by our own clock, through trio's public interface."""
    files = Path(runtime.__file__).parent.rglob("*.py")
    source = "\n".join(file.read_text() for file in files)

    assert "MockClock" not in source
    assert "trio._" not in source
    assert set(re.findall(r"leader\.(_\w+)", source)) == {"_cancel_status"}
