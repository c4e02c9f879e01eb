"""What becomes of a run that fails: it is made smaller, kept, and comes again bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.scenarios.errors import ArtefactUnusable
from benthic.scenarios.running.artefact import (
    artefact_of,
    comes_to_the_same,
    read_artefact,
    write_artefact,
)
from benthic.scenarios.running.run import Options, run_script
from benthic.scenarios.running.script import Script
from benthic.scenarios.running.shrinking import minimal, shrunk
from benthic.scenarios.world import ORDER, World


async def play(world: World) -> None:
    """Four faults, of which the third breaks what is expected."""
    bot = await world.start_bot()
    world.venue.strike("B1", "duplicate", when={"event": "executionReport", "every": 2})
    world.venue.strike("M4", "mute", when={"stream": "user", "nth": 50}, time="10s")
    world.venue.strike("A9", "status", when={"path": ORDER, "nth": 1}, status=400, code=-2010)
    bot.network.delay(5)
    world.never(lambda: any(each.status == "refused" for each in bot.orders))
    try:
        await bot.place("buy", "0.01", "50000")
    finally:
        await world.eventually(lambda: False, within=30)


SCRIPT = Script(name="failing", file=__file__, story="", faults=(), play=play)


def test_a_failure_is_made_smaller_kept_and_comes_again(tmp_path: Path) -> None:
    first = run_script(SCRIPT, Options(seed=3))
    made = shrunk(SCRIPT, first)
    file = write_artefact(artefact_of(made), tmp_path / "kept")
    known = read_artefact(file)
    again = run_script(SCRIPT, known.options)

    assert [each.fault for each in known.faults if not each.is_muted] == ["A9"]
    assert (known.asked, known.findings[0].kind) == (4, "expectation")
    assert comes_to_the_same(known, again)  # R5
    assert any(each.kind == "fault" for each in known.timeline)
    assert (
        run_script(SCRIPT, msgspec.structs.replace(known.options, muted=(1, 2, 3, 4)))
        .findings[0]
        .words.startswith("not within")
    )


def test_a_replay_that_comes_to_something_else_is_a_violation() -> None:
    async def rests(world: World) -> None:
        await world.start_bot()

    script = Script(name="rests", file=__file__, story="", faults=(), play=rests)
    once = run_script(script, Options(seed=1))

    assert run_script(script, Options(seed=1, expected_hash=once.hash)).ok
    (finding,) = run_script(script, Options(seed=1, expected_hash="other")).findings
    assert finding.code == "R5"


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"format": 1}'])
def test_a_file_that_is_no_artefact_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "it.json"
    file.write_bytes(content)

    with pytest.raises(ArtefactUnusable, match="is no artefact"):
        read_artefact(file)


def test_an_artefact_of_another_format_is_refused_by_its_number(tmp_path: Path) -> None:
    file = tmp_path / "it.json"
    file.write_bytes(b'{"format": 99, "of": "the future"}')

    with pytest.raises(ArtefactUnusable, match="has format 99, and this benthic reads 1"):
        read_artefact(file)


@given(st.sets(st.integers(1, 30)), st.data())
def test_what_is_left_still_fails_and_loses_no_single_item(
    items: set[int], data: st.DataObject
) -> None:
    needed: set[int] = data.draw(st.sets(st.sampled_from(sorted(items)))) if items else set()

    def fails(kept: Sequence[int]) -> bool:
        return needed <= set(kept)

    left = minimal(sorted(items), fails)

    assert fails(left)
    assert set(left) == needed
