"""Many seeds of one scenario, in processes of their own; can be broken off and gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import attrs
import msgspec

from ...benchmarks.children import Children
from ...benchmarks.chunks import Chunk, Plan, Report, sweep
from ...benchmarks.progress import Watch
from ...scenarios.running.script import digest_of, find_script
from .limit import ENDED, WALL
from .worker import MODULE, Line, lost

CHUNK: Final = 5  # seeds of one process
FIRED: Final = "fired "
STRUCK: Final = "struck "
MENDED: Final = "mended "
SEEN: Final = "seen "
WRONG: Final = "wrong"
ASKED: Final = "asked "
SLACK: Final = 60.0  # s beside the limit of a seed, until its process is ended from outside


@attrs.frozen
class Coverage:
    """What a sweep has seen of one fault."""

    times: int  # that it struck
    seeds: int  # in which it struck
    in_order: int  # of these, those at whose end every bot was in order again


@attrs.frozen(kw_only=True)
class Sweep:
    """Which seeds of what."""

    name: str  # empty: of more than one scenario
    first: int
    folder: Path  # for artefacts
    tries: int  # to make a failure smaller
    times: int = 1  # that each seed is run; 2: in two processes, which must agree (R5)
    wall: float = WALL  # s of the host that a seed may take


def run_seeds(chosen: Sweep, count: int, *, jobs: int, resume: Path | None, watch: Watch) -> Report:
    """Run `count` seeds, `jobs` processes at a time."""
    twice = " twice" if chosen.times > 1 else ""
    digest = digest_of(find_script(chosen.name))
    plan = Plan(f"scenario {chosen.name}{twice}", chosen.first, CHUNK, digest)
    children = Children()
    run = partial(_chunk, chosen, children)
    return sweep(plan, count, run, resume=resume, watch=watch, jobs=jobs, stop=children.end)


def _chunk(chosen: Sweep, children: Children, number: int, count: int) -> Chunk:
    first = chosen.first + number * CHUNK
    lines = lines_of(chosen, children, first, count)
    violations = list(violations_in(lines))
    for _ in range(1, chosen.times):
        violations += _differences(lines, lines_of(chosen, children, first, count))
    return Chunk(number, count, tuple(violations), figures_of(lines))


def _differences(lines: list[Line], others: list[Line]) -> Iterator[str]:
    """Seeds that two processes ran differently."""
    for one, other in zip(lines, others, strict=True):
        if one.hash != other.hash:
            parted = ", ".join(_parted(one.hash.split(), other.hash.split()))
            yield f"seed {one.seed}: R5 two processes ran it differently: {parted}"


def _parted(one: list[str], other: list[str]) -> Iterator[str]:
    """Which turns, journals and bytes are not the same, by the names in a hash."""
    common = {*one} & {*other}
    names = (part.partition("=")[0] for part in (*one, *other) if part not in common)
    return iter(dict.fromkeys(names))


def lines_of(chosen: Sweep, children: Children, first: int, count: int) -> list[Line]:
    """What so many seeds came to, in processes of their own.

    A process that ends before its time takes the seed along at which it was, and that is a finding
    of this seed; the next process goes on after it.
    """
    lines = list[Line]()
    while len(lines) < count:
        begin = first + len(lines)
        found, words = _in_child(chosen, children, begin, count - len(lines))
        lines += found
        if words and len(lines) < count:
            lines.append(lost(first + len(lines), words))
    return lines


def _in_child(chosen: Sweep, children: Children, first: int, count: int) -> tuple[list[Line], str]:
    """The lines of one process, and why there are no more of them."""
    words = [chosen.name, str(first), str(count), str(chosen.folder)]
    words += [str(chosen.tries), str(chosen.wall)]
    ended = children.run(MODULE, words, timeout=count * (chosen.wall + SLACK))
    whole = ended.out[: ended.out.rfind(b"\n") + 1]
    lines = [msgspec.json.decode(line, type=Line) for line in whole.splitlines()]
    if ended.code in (0, ENDED) and lines:
        return lines, ""
    return lines, f"the process that ran it {ended.words}"


def violations_in(lines: list[Line]) -> list[str]:
    """The seeds that failed, a sentence each."""
    return [
        f"seed {line.seed}: {line.findings[0]}{f' [{line.artefact}]' if line.artefact else ''}"
        for line in lines
        if line.findings
    ]


def figures_of(lines: list[Line]) -> dict[str, float]:
    """Sums, with faults and sentences under names of their own."""
    figures: dict[str, float] = {}
    for line in lines:
        told = {
            **line.figures,
            WRONG: float(line.is_wrong),
            **{FIRED + code: float(count) for code, count in line.fired.items()},
            **dict.fromkeys((STRUCK + code for code in line.fired), 1.0),
            **dict.fromkeys((MENDED + code for code in line.fired), float(line.is_in_order)),
            **{f"{ASKED}{each.place} {each.words}": 1.0 for each in line.sometimes},
            **{f"{SEEN}{each.place} {each.words}": float(each.seen) for each in line.sometimes},
        }
        for name, value in told.items():
            figures[name] = figures.get(name, 0.0) + value
    return figures


def is_any_wrong(report: Report) -> bool:
    """Whether the scenario asked for what cannot be, in some seed."""
    return bool(report.figures.get(WRONG))


def unseen(report: Report) -> list[str]:
    """What should be true sometimes, and was in no run."""
    figures = report.figures
    asked = [name.removeprefix(ASKED) for name in figures if name.startswith(ASKED)]
    return [words for words in asked if not figures.get(SEEN + words)]


def fired(report: Report) -> dict[str, int]:
    """How often each fault struck, by its code."""
    return {
        name.removeprefix(FIRED): int(value)
        for name, value in sorted(report.figures.items())
        if name.startswith(FIRED)
    }


def covered(report: Report) -> dict[str, Coverage]:
    """What has been seen of each fault that struck, by its code."""
    figures = report.figures
    return {
        code: Coverage(
            times, int(figures.get(STRUCK + code, 0)), int(figures.get(MENDED + code, 0))
        )
        for code, times in fired(report).items()
    }
