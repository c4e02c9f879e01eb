"""`benthic sweep`: many trials, none of which may find anything. Resumable, and seeded."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Protocol

import attrs
from cyclopts import App, Parameter
from cyclopts.validators import Number

from ..benchmarks.chunks import Report
from ..benchmarks.progress import Watch
from ..runtime import UsageError
from .exits import ExitCode
from .interruption import ended_in_order
from .output import print_json
from .places import a_path
from .progress import progress

SHOWN: Final = 20  # violations that are printed for people
FEED_HOURS: Final = 72  # of virtual time
BUG_SEEDS: Final = 300
GRAPHS: Final = 20_000  # families of orders
GRAPH_STEPS: Final = 50
AMBIGUOUS: Final = 20_000  # creates
ARTEFACTS: Final = Path("scenario-artefacts")


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Options:
    """How many trials, and which."""

    count: Annotated[int | None, Parameter(help="How many trials.", validator=Number(gte=1))] = None
    resume: Annotated[
        Path | None, Parameter(help="Keep what is done in this file, and go on from it.")
    ] = None
    seed: Annotated[
        int, Parameter(help="Where chance begins.", validator=Number(gte=0, lt=2**32))
    ] = 0
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False


class Sweep(Protocol):
    """Makes the trials."""

    def __call__(self, count: int, *, resume: Path | None, watch: Watch, seed: int) -> Report: ...


NO_OPTIONS: Final = Options()

command: Final = App(name="sweep")


@command.command
def kills(*, options: Options = NO_OPTIONS) -> int:
    """Kill a writing process with SIGKILL, open its store, and look for what is lost (1,000)."""
    from ..benchmarks.kills import run_kills

    return _sweep("kills", run_kills, options, 1_000)


@command.command
def deaths(
    *,
    options: Options = NO_OPTIONS,
    jobs: Annotated[int, Parameter(help="Bots at a time.", validator=Number(gte=1))] = 2,
) -> int:
    """Kill a real `benthic run` at random and named instants, restart it, and compare (100)."""
    from ..benchmarks.deaths.run import run_deaths
    from .sweep_deaths import tell

    count = 100 if options.count is None else options.count
    with ended_in_order(), progress("sweep deaths", "kills") as watch:
        report = run_deaths(count, resume=options.resume, watch=watch, seed=options.seed, jobs=jobs)
    if options.json:
        print_json({**attrs.asdict(report), "ok": report.ok})
    else:
        tell(report)
    return ExitCode.OK if report.ok else ExitCode.DIFFERS


@command.command
def ambiguity(
    *,
    orders: Annotated[
        int, Parameter(help="How many creates.", validator=Number(gte=1))
    ] = AMBIGUOUS,
    resume: Annotated[
        Path | None, Parameter(help="Keep what is done in this file, and go on from it.")
    ] = None,
    seed: Annotated[
        int, Parameter(help="Where chance begins.", validator=Number(gte=0, lt=2**32))
    ] = 0,
    jobs: Annotated[int, Parameter(help="Processes at a time.", validator=Number(gte=1))] = 2,
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
) -> int:
    """Lose answers to orders and cancels in every way, and look how each order ended (20,000)."""
    from ..benchmarks.ambiguity.run import run_ambiguity
    from .sweep_ambiguity import tell

    with ended_in_order(), progress("sweep ambiguity", "orders") as watch:
        report = run_ambiguity(orders, resume=resume, watch=watch, seed=seed, jobs=jobs)
    if json:
        print_json({**attrs.asdict(report), "ok": report.ok})
    else:
        tell(report)
    return ExitCode.OK if report.ok else ExitCode.DIFFERS


@command.command
def graphs(
    *,
    examples: Annotated[
        int, Parameter(help="How many families.", validator=Number(gte=1))
    ] = GRAPHS,
    steps: Annotated[
        int, Parameter(help="What happens to each, so many times.", validator=Number(gte=1))
    ] = GRAPH_STEPS,
    jobs: Annotated[int, Parameter(help="Processes at a time.", validator=Number(gte=1))] = 2,
    options: Options = NO_OPTIONS,
) -> int:
    """Let anything happen to orders that belong together, and hold them to what traded (20,000)."""
    from ..benchmarks.graph_walks import run_graphs

    count = examples if options.count is None else options.count
    run = partial(run_graphs, steps=steps, jobs=jobs)
    return _sweep("graphs", run, attrs.evolve(options, count=count), count)


@command.command
def images(*, options: Options = NO_OPTIONS) -> int:
    """Cut the power at random moments, build what the disk may hold, and look (20,000)."""
    from ..benchmarks.images.run import run_images

    return _sweep("images", run_images, options, 20_000)


@command.command
def seeds(*, options: Options = NO_OPTIONS) -> int:
    """Run seeds in two processes each, and look for a turn that differs (300)."""
    from ..benchmarks.seeds import run_seeds

    return _sweep("seeds", run_seeds, options, 300)


@command.command
def supervisors(*, options: Options = NO_OPTIONS) -> int:
    """Crash random trees, and look for what a model of OTP's rules does otherwise (10,000)."""
    from ..benchmarks.supervisors.run import run_supervisors

    return _sweep("supervisors", run_supervisors, options, 10_000)


@command.command
def conservation(*, options: Options = NO_OPTIONS) -> int:
    """Run days of random orders on spot and futures, and look for money won or lost (500)."""
    from ..benchmarks.conservation import run_conservation

    return _sweep("conservation", run_conservation, options, 500)


@command.command
def clients(*, options: Options = NO_OPTIONS) -> int:
    """Load a venue with 50 WebSocket clients, and look for growth and gaps (600 seconds)."""
    from ..benchmarks.venue_clients import run_clients

    return _sweep("clients", run_clients, options, 600, unit="s")


@command.command
def connections(*, options: Options = NO_OPTIONS) -> int:
    """Open connections to a venue, and look for a request that is not answered (10,000)."""
    from ..benchmarks.venue_connections import run_connections

    return _sweep("connections", run_connections, options, 10_000, unit="connections")


@command.command
def lines(*, options: Options = NO_OPTIONS) -> int:
    """Trade two virtual hours each over a line on which all goes wrong, and look (1)."""
    from ..benchmarks.lines import run_lines

    return _sweep("lines", run_lines, options, 1)


@command.command
def reconnects(*, options: Options = NO_OPTIONS) -> int:
    """Break a line every ten minutes of virtual time, and look for what grows (24 hours)."""
    from ..benchmarks.reconnects import run_reconnects

    return _sweep("reconnects", run_reconnects, options, 24, unit="h")


@command.command
def feeds(
    *,
    hours: Annotated[
        int, Parameter(help="Hours of virtual time.", validator=Number(gte=1))
    ] = FEED_HOURS,
    seed: Annotated[
        int, Parameter(help="Where chance begins.", validator=Number(gte=0, lt=2**32))
    ] = 0,
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
) -> int:
    """Follow five markets while all goes wrong, and hold it to the venue's own (72 hours)."""
    from ..benchmarks.feed_sweep.run import run_feeds
    from .sweep_feeds import tell

    with progress("sweep feeds", "min") as watch:
        report = run_feeds(hours, watch=watch, seed=seed)
    if json:
        print_json({**attrs.asdict(report), "ok": report.ok})
    else:
        tell(report)
    return ExitCode.OK if report.ok else ExitCode.DIFFERS


@command.command
def thresholds(*, options: Options = NO_OPTIONS) -> int:
    """Move prices among armed levels, and look for one that fires wrongly (20,000)."""
    from ..benchmarks.threshold_paths import run_threshold_paths

    return _sweep("thresholds", run_threshold_paths, options, 20_000, unit="paths")


@command.command
def gates(*, options: Options = NO_OPTIONS) -> int:
    """Tell a gate what it needs in random orders, and look for one that opens early (1,000)."""
    from ..benchmarks.gates import run_gates

    return _sweep("gates", run_gates, options, 1_000)


@command.command
def soak(*, options: Options = NO_OPTIONS) -> int:
    """Follow 20 symbols through the live connector: nothing grows, nothing is lost (1,800 s)."""
    from ..benchmarks.soak import run_soak

    return _sweep("soak", run_soak, options, 1_800, unit="s")


@command.command
def planted(
    *,
    bug: Annotated[str | None, Parameter(help="The one bug to plant, by name.")] = None,
    seeds: Annotated[
        int, Parameter(help="Seeds that may be tried for each.", validator=Number(gte=1))
    ] = BUG_SEEDS,
    jobs: Annotated[int, Parameter(help="Processes at a time.", validator=Number(gte=1))] = 1,
    artefacts: Annotated[
        Path, Parameter(help="Where failed runs are kept.", converter=a_path)
    ] = ARTEFACTS,
    options: Options = NO_OPTIONS,
) -> int:
    """Plant bugs in the bot, one after the other, and look whether the swarm finds them (all)."""
    from ..benchmarks.planted import Hunt, run_planted
    from ..scenarios.planted import BUGS, find_bug
    from .sweep_planted import plain, tell

    if bug is not None and options.count is not None:
        raise UsageError("--bug is one bug and --count are the first so many; give one of them")
    bugs = BUGS[: options.count] if bug is None else (find_bug(bug),)
    chosen = Hunt(bugs=bugs, seeds=seeds, first=options.seed, folder=artefacts)
    with ended_in_order(), progress("sweep planted", "bugs") as watch:
        report = run_planted(chosen, resume=options.resume, watch=watch, jobs=jobs)
    if options.json:
        print_json(plain(report))
    else:
        tell(report)
    return ExitCode.OK if report.ok else ExitCode.DIFFERS


@command.command
def stories(
    *,
    only: Annotated[str, Parameter(help="The one story to tell, by name.")] = "",
    at: Annotated[
        str, Parameter(help="The one place to die at, such as 7:before or 7:before+2:after.")
    ] = "",
    jobs: Annotated[int, Parameter(help="Processes at a time.", validator=Number(gte=1))] = 2,
    options: Options = NO_OPTIONS,
) -> int:
    """Let the process die at every commit of each story of orders that belong together (all)."""
    from ..benchmarks.stories.run import Choice, run_stories
    from .sweep_stories import tell

    if only and options.count is not None:
        raise UsageError("--only is one story and --count are the first so many; give one of them")
    if at and not only:
        raise UsageError("--at is a commit of one story; name that with --only")
    choice = Choice.of(options.count, only, at)
    with ended_in_order(), progress("sweep stories", "parts") as watch:
        report = run_stories(
            choice, resume=options.resume, watch=watch, seed=options.seed, jobs=jobs
        )
    if options.json:
        print_json({**attrs.asdict(report), "ok": report.ok})
    else:
        tell(report)
    return ExitCode.OK if report.ok else ExitCode.DIFFERS


def _sweep(name: str, run: Sweep, options: Options, usual: int, *, unit: str = "trials") -> int:
    count = usual if options.count is None else options.count
    with progress(f"sweep {name}", unit) as watch:
        report = run(count, resume=options.resume, watch=watch, seed=options.seed)
    if options.json:
        print_json({**attrs.asdict(report), "ok": report.ok})
    else:
        _tell(report)
    return ExitCode.OK if report.ok else ExitCode.DIFFERS


def _tell(report: Report) -> None:
    figures = "".join(f", {value:,.0f} {name}" for name, value in report.figures.items())
    found = len(report.violations)
    lines = [f"{report.sweep}: {report.trials:,} trials{figures}, {report.seconds:,.1f} s"]
    lines += [f"violation: {violation}" for violation in report.violations[:SHOWN]]
    if found > SHOWN:
        lines.append(f"and {found - SHOWN:,} more")
    lines.append(f"{found:,} violations" if found else "no violation")
    sys.stdout.write("\n".join(lines) + "\n")
