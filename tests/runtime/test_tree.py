"""The tree as it can be seen: as values and as text, planned and alive."""

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    Child,
    Restart,
    Schedule,
    Strategy,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)


@attrs.frozen
class Crash(Tell):
    pass


@attrs.frozen
class Busy(Ask[None]):
    pass


class Worker(Actor):
    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Busy)
    async def be_busy(self, _: Busy) -> None:
        await self.sleep(100)


def a_tree() -> Supervisor:
    inner = Supervisor(
        "inner",
        [Child("x", Worker), Child("y", Worker, restart=Restart.TRANSIENT)],
        strategy=Strategy.REST_FOR_ONE,
        backoff=AT_ONCE,
    )
    return Supervisor("bot", [Child("a", Worker), inner, Child("z", Worker)])


def test_a_planned_tree_shows_what_was_declared() -> None:
    tree = System(a_tree()).tree()

    assert [(node.path, node.kind) for node in tree.walk()] == [
        ("/bot", "one_for_one"),
        ("/bot/a", "permanent"),
        ("/bot/inner", "rest_for_one"),
        ("/bot/inner/x", "permanent"),
        ("/bot/inner/y", "transient"),
        ("/bot/z", "permanent"),
    ]
    assert {node.state for node in tree.walk()} == {"planned"}


def test_a_living_tree_shows_states_restarts_and_mailboxes(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        system.lookup("/bot/inner/x").tell(Crash())
        await system.settle()
        worker = system.lookup("/bot/a")
        for _ in range(3):
            worker.tell(Busy())
        await trio.sleep(0.05)
        nodes = {node.path: node for node in system.tree().walk()}

        assert (nodes["/bot/inner/x"].restarts, nodes["/bot/inner/x"].error) == (1, "ValueError")
        assert nodes["/bot/inner/y"].restarts == 1
        assert nodes["/bot/a"].kind == "Worker"
        box = nodes["/bot/a"].mailbox
        assert box is not None
        assert (box.depth, box.handled) == (2, 1)
        assert box.age >= 50
        assert {node.state for node in nodes.values()} == {"running"}

    run_virtual(a_tree(), body, schedule=schedule)


def test_the_text_of_a_tree_draws_its_branches() -> None:
    async def body(system: System) -> None:
        system.lookup("/bot/inner/x").tell(Crash())
        await system.settle()

        assert str(system.tree()).splitlines() == [
            "bot  [one_for_one] running mail=0/1000000 handled=1",
            "├─ a  [Worker] running mail=0/10000 handled=0",
            "├─ inner  [rest_for_one] running mail=0/1000000 handled=1",
            "│  ├─ x  [Worker] running restarts=1 mail=0/10000 handled=1 last error ValueError",
            "│  └─ y  [Worker] running restarts=1 mail=0/10000 handled=0",
            "└─ z  [Worker] running mail=0/10000 handled=0",
        ]

    run_virtual(a_tree(), body)


def test_a_stopped_tree_is_dead_and_can_still_be_drawn(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        await system.stop()
        tree = system.tree()

        assert {node.state for node in tree.walk()} == {"dead"}
        assert len(str(tree).splitlines()) == 6

    run_virtual(a_tree(), body, schedule=schedule)


@pytest.mark.parametrize("count", [0, 1, 30])
def test_a_tree_of_any_width_is_drawn_one_line_a_node(count: int) -> None:
    tree = System(Supervisor("bot", [Child(f"c{n}", Worker) for n in range(count)])).tree()

    assert len(str(tree).splitlines()) == count + 1
