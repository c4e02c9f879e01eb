"""Processes of a sweep: what each has of its own, how each ends, and that none is left behind."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benthic.benchmarks.children import Children, Ended
from benthic.scenarios.running.folder import PREFIX

LONGEST = 60.0  # s of the host
ONCE = ("timeit", ("-n", "1", "-r", "1"))


def told_by(statement: str, children: Children | None = None) -> Ended:
    module, words = ONCE
    return (children or Children()).run(module, [*words, statement], timeout=LONGEST)


def test_a_process_has_a_place_for_files_that_is_gone_with_it() -> None:
    ended = told_by("import os; print(os.environ['TMPDIR'], os.environ['PYTHONHASHSEED'])")
    place, seed = ended.out.decode().splitlines()[0].split()

    assert (ended.code, seed) == (0, "random")
    assert Path(place).name.startswith(PREFIX)  # so that a later run clears it away, after a kill
    assert not Path(place).exists()


def test_a_process_that_fails_tells_its_last_words() -> None:
    ended = told_by("raise ValueError('of this')")

    assert ended.code == 1
    assert ended.words == "ended with code 1: ValueError: of this"


def test_one_that_runs_is_ended_and_none_is_begun_after_that(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    children = Children()
    with ThreadPoolExecutor(1) as pool:
        hangs = f"open({str(pipe)!r}, 'w').write('x'); import signal; signal.pause()"
        running = pool.submit(told_by, hangs, children)
        assert pipe.read_text() == "x"
        children.end()

        assert running.result().code < 0
        assert told_by("import signal; signal.pause()", children).code < 0
