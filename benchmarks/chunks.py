"""Long sweeps in pieces: several at a time, kept in a file so that a broken off sweep goes on.

A sweep is a count of trials. A chunk is some of them with a seed of its own, and is either done and
in the file or not begun; the trials of one that was broken off are made again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import attrs
import msgspec

from ..runtime.errors import UsageError
from .progress import Watch


class Chunk(msgspec.Struct, frozen=True):
    """What one chunk found."""

    number: int
    trials: int
    violations: tuple[str, ...]
    figures: dict[str, float] = {}  # to be summed over all chunks
    left: int = 0  # of its trials, that were not made: what came before had spoiled them


class Plan(msgspec.Struct, frozen=True):
    """Which trials a sweep makes. A file of another plan cannot be resumed."""

    sweep: str
    seed: int
    trials: int  # of one chunk
    of: str = ""  # a digest of what is tried, where that can change

    def __str__(self) -> str:
        of = f" of {self.of}" if self.of else ""
        return f"{self.sweep}{of} from seed {self.seed} on"


@attrs.frozen
class Report:
    """What a sweep found. Nothing at all is what it should find."""

    sweep: str
    trials: int
    violations: tuple[str, ...]
    figures: dict[str, float]  # sums over all chunks
    seconds: float  # of this run; of an earlier one that was resumed nothing is counted

    @property
    def ok(self) -> bool:
        """Whether everything held."""
        return not self.violations


def sweep(
    plan: Plan,
    count: int,
    run: Callable[[int, int], Chunk],
    *,
    resume: Path | None,
    watch: Watch,
    jobs: int,
    stop: Callable[[], object] = lambda: None,
) -> Report:
    """Make `count` trials, `jobs` chunks at a time, but those that the file `resume` has.

    run: makes the trials of a chunk, given its number and their count, in a thread.
    stop: ends those that run, where the sweep is broken off.
    """
    sizes = _sizes(count, plan.trials)
    return sweep_chunks(plan, sizes, run, resume=resume, watch=watch, jobs=jobs, stop=stop)


def sweep_chunks(
    plan: Plan,
    sizes: Mapping[int, int],
    run: Callable[[int, int], Chunk],
    *,
    resume: Path | None,
    watch: Watch,
    jobs: int,
    stop: Callable[[], object] = lambda: None,
) -> Report:
    """The same of chunks of any size. sizes: how many trials each has, by its number."""
    began, count = perf_counter(), sum(sizes.values())
    done = _read(resume, plan) if resume is not None else {}
    done = {number: chunk for number, chunk in done.items() if sizes.get(number) == chunk.trials}
    watch(_trials(done), count)
    todo = iter([(number, size) for number, size in sizes.items() if number not in done])
    with ThreadPoolExecutor(jobs) as pool, _broken_off(stop):
        running: set[Future[Chunk]] = set()
        while True:
            while len(running) < jobs and (step := next(todo, None)) is not None:
                running.add(pool.submit(run, *step))
            if not running:
                break
            over, running = wait(running, return_when=FIRST_COMPLETED)
            for chunk in (future.result() for future in over):
                done[chunk.number] = chunk
                if resume is not None:
                    _append(resume, chunk)
            watch(_trials(done), count)
    return _report(plan, [done[number] for number in sorted(done)], perf_counter() - began)


@contextmanager
def _broken_off(stop: Callable[[], object]) -> Generator[None]:
    try:
        yield
    except BaseException:
        stop()
        raise


def _sizes(count: int, trials: int) -> dict[int, int]:
    return {
        number: min(trials, count - start) for number, start in enumerate(range(0, count, trials))
    }


def _trials(done: dict[int, Chunk]) -> int:
    return sum(chunk.trials - chunk.left for chunk in done.values())


def _read(resume: Path, plan: Plan) -> dict[int, Chunk]:
    written = resume.read_bytes() if resume.exists() else b""
    if not written:
        resume.write_bytes(msgspec.json.encode(plan) + b"\n")
        return {}
    first, *lines = written[: written.rfind(b"\n") + 1].splitlines() or [written]
    try:
        found = msgspec.json.decode(first, type=Plan)
        chunks = [msgspec.json.decode(line, type=Chunk) for line in lines]
    except msgspec.DecodeError as error:
        raise UsageError(f"{resume} is no file of a sweep ({error}); give another one") from error
    if found != plan:
        whose = f"{found}, this is {plan}"
        if (found.sweep, found.seed, found.trials) == (plan.sweep, plan.seed, plan.trials):
            whose = f"{plan.sweep} as it was before it was changed"
        raise UsageError(f"{resume} belongs to {whose}; give another file")
    os.truncate(resume, written.rfind(b"\n") + 1)  # half a line was broken off and not done
    return {chunk.number: chunk for chunk in chunks}


def _append(resume: Path, chunk: Chunk) -> None:
    with resume.open("ab") as file:
        file.write(msgspec.json.encode(chunk) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _report(plan: Plan, chunks: list[Chunk], seconds: float) -> Report:
    figures: dict[str, float] = {}
    for chunk in chunks:
        for name, value in chunk.figures.items():
            figures[name] = figures.get(name, 0) + value
    violations = tuple(found for chunk in chunks for found in chunk.violations)
    trials = sum(chunk.trials - chunk.left for chunk in chunks)
    return Report(plan.sweep, trials, violations, figures, seconds)
