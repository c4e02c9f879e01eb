"""The measurement of the runtime: it measures what it says. The figures themselves are no test."""

import trio

from benthic.benchmarks.actors import BATCH, Note, Question, Run, Sink, Teller
from benthic.benchmarks.channels import channel_ask, channel_tell, nursery_crash, nursery_restart
from benthic.benchmarks.measurement import Measurement
from benthic.benchmarks.runtime import ASK_BAR, IDLE_BYTES, RESTART_BAR, TELL_BAR, measure, tree
from benthic.runtime import Child, Ref, Supervisor, System, on, run_virtual


def quick() -> list[Measurement]:
    """Every figure, from so few messages that only its shape means anything."""
    return list(measure(rounds=1, scale=100))


def test_every_figure_is_measured_with_its_bar() -> None:
    figures = {figure.name: figure for figure in quick()}

    assert {name: figure.bar for name, figure in figures.items()} == {
        "runtime.tell": TELL_BAR,
        "runtime.ask": ASK_BAR,
        "runtime.ask.async_handler": None,
        "runtime.chain_of_5": None,
        "runtime.fan_out_100": None,
        "runtime.tell_beside_method_call": None,
        "runtime.crash_to_next_message": RESTART_BAR,
        "runtime.crash_beside_crashing_task": None,
        "runtime.idle_actor": 1.0,
        "runtime.virtual_jumps": None,
    }
    assert (TELL_BAR, ASK_BAR, RESTART_BAR, IDLE_BYTES) == (20.0, 15.0, 3.0, 3 * 1024)
    for figure in figures.values():
        assert figure.ours > 0
        assert figure.other > 0
        rate = figure.unit.endswith("/s")
        right = figure.ours / figure.other if rate else figure.other / figure.ours
        assert figure.ratio == right
        assert figure.ok is (figure.bar is None or figure.ratio >= figure.bar)


def test_an_idle_actor_takes_less_than_is_allowed() -> None:
    """Bytes are the one figure that a busy machine does not change."""
    (idle,) = (figure for figure in quick() if figure.name == "runtime.idle_actor")

    assert idle.other == IDLE_BYTES
    assert idle.ours < IDLE_BYTES


def test_a_teller_tells_exactly_as_often_as_it_is_told() -> None:
    class Counting(Sink):
        @on(Question)
        def answer(self, _: Question) -> int:
            return self.notes

    async def body(system: System) -> None:
        sink: Ref = system.lookup("/bench/sink")
        told = 0
        for count in (0, 1, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH + 500):
            await system.lookup("/bench/teller").ask(Run(count))
            told += count

            assert await sink.ask(Question()) == told

    run_virtual(
        Supervisor("bench", [Child("sink", Counting), Child("teller", lambda: Teller("sink"))]),
        body,
    )


def test_every_crash_of_the_breaker_is_a_restart() -> None:
    async def body(system: System) -> None:
        await system.lookup("/bench/breaker").ask(Run(25))
        sink = next(node for node in system.tree().children if node.name == "sink")

        assert sink.restarts == 25

    run_virtual(tree(), body)


def test_a_note_to_the_fan_reaches_every_listener() -> None:
    async def body(system: System) -> None:
        system.lookup("/bench/fan").tell(Note())
        await system.settle()
        heard = [
            await system.lookup(node.path).ask(Question())
            for node in system.tree().children
            if node.name.startswith("listener")
        ]

        assert heard == [1] * 100

    run_virtual(tree(), body)


def test_the_peers_do_their_work() -> None:
    for peer in (channel_tell, channel_ask, nursery_restart, nursery_crash):
        assert trio.run(peer, 50) > 0
