"""The sweep itself: a process for each part of a story, several at a time.

python -m benthic.benchmarks.stories.run SEED NAME PART         (one line of JSON)
python -m benthic.benchmarks.stories.run SEED NAME 7:before
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Final

import attrs
import msgspec

from ...runtime import BenthicError
from ...scenarios.stories import STORIES, Story, find_story, read_deaths
from ...scenarios.stories.death import Deaths, told
from ..children import Children
from ..chunks import Chunk, Plan, Report, sweep_chunks
from ..progress import Watch, unwatched
from .points import PARTS, StoryRun, sweep_deaths, sweep_part

NAME: Final = "stories"
COUNTED: Final = ("commits", "points", "tellings", "deaths", "in_recovery", "violations")


class StoryBrokenOff(BenthicError):
    """A process that tells a story ended without its answer."""

    def __init__(self, story: str, words: str) -> None:
        super().__init__(f"the process of the story {story} {words}")


@attrs.frozen(kw_only=True)
class StorySums:
    """What came of one story, or of all."""

    commits: int  # of one telling without a death
    points: int  # a commit, and whether the death is before or after it is durable
    tellings: int  # worlds of their own
    deaths: int
    in_recovery: int  # of them, those of what had come back from another
    violations: int


@attrs.frozen(kw_only=True)
class StoriesReport:
    """What a sweep found. Violations are what it should not find."""

    sweep: str = NAME
    stories: dict[str, StorySums]  # by name, and "all"
    violations: tuple[str, ...]
    virtual_hours: float
    seconds: float  # of this run; of an earlier one that was resumed nothing is counted

    @property
    def ok(self) -> bool:
        """Whether every story ended as it should, wherever the process died."""
        return not self.violations


@attrs.frozen(kw_only=True)
class Choice:
    """Which stories are told, and where they are broken off. at: of one story alone."""

    stories: tuple[Story, ...] = STORIES
    at: tuple[Deaths, ...] = ()

    @classmethod
    def of(cls, count: int | None, only: str, at: str) -> Choice:
        """What somebody asks for. Raises NoSuchStory and NoSuchDeath."""
        stories = (find_story(only),) if only else STORIES[:count]
        return cls(stories=stories, at=read_deaths(at) if at else ())

    @property
    def digest(self) -> str:
        """Of all that is tried."""
        return blake2b(repr(self).encode(), digest_size=8).hexdigest()


def run_stories(
    choice: Choice,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,
    jobs: int = 2,
) -> StoriesReport:
    """Tell stories, `jobs` processes at a time. Raises StoryBrokenOff."""
    children = Children()
    words = list(_words(choice))
    run = partial(_in_child, children, seed, words)
    plan = Plan(NAME, seed, 1, choice.digest)
    sizes = dict.fromkeys(range(len(words)), 1)
    return summed(
        sweep_chunks(plan, sizes, run, resume=resume, watch=watch, jobs=jobs, stop=children.end),
        [story.name for story in choice.stories],
    )


def _words(choice: Choice) -> Sequence[tuple[str, str]]:
    """What each process is told: a story, and a part of it or a place to die."""
    if choice.at:
        return [(story.name, told(at)) for story in choice.stories for at in choice.at]
    return [(story.name, f"{part}") for story in choice.stories for part in range(PARTS)]


def _in_child(
    children: Children, seed: int, words: Sequence[tuple[str, str]], number: int, _: int
) -> Chunk:
    name, what = words[number]
    ended = children.run(f"{__package__}.run", [str(seed), name, what])
    if ended.code:
        raise StoryBrokenOff(name, ended.words)
    run = msgspec.json.decode(ended.out, type=StoryRun)
    return Chunk(number, 1, run.violations, run.figures)


def summed(report: Report, names: Collection[str]) -> StoriesReport:
    """The sums by story, and of all."""
    figures = report.figures
    stories = {
        name: StorySums(**{key: int(figures.get(f"{name}/{key}", 0)) for key in COUNTED})
        for name in names
    }
    rows = list(stories.values())
    everything = {key: sum(getattr(row, key) for row in rows) for key in COUNTED}
    return StoriesReport(
        stories={**stories, "all": StorySums(**everything)},
        violations=report.violations,
        virtual_hours=figures.get("virtual", 0.0) / 3_600,
        seconds=report.seconds,
    )


def main(seed: str, name: str, what: str) -> None:
    """Tell a part of one story."""
    story = find_story(name)
    if what.isdecimal():
        run = sweep_part(story, int(what), seed=int(seed))
    else:
        (deaths,) = read_deaths(what)
        run = sweep_deaths(story, deaths, seed=int(seed))
    sys.stdout.write(msgspec.json.encode(run).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
