"""The sweep over crash images: record a writer, cut the power at random moments, look."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from ...storage.environment import Durability
from ..chunks import Chunk, Plan, Report, sweep
from ..progress import Watch, unwatched
from .recording import record
from .shim import compile_shim
from .worker import BEGUN, WHOLE
from .workload import workload_hash

PER_RECORDING: Final = 1000  # images of one recording


def run_images(
    count: int,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    durability: Durability = Durability.FULL,
    seed: int = 0,
    jobs: int = 2,
) -> Report:
    """Build `count` images and open each in a child process. Raises NoRecorder.

    durability: anything but FULL loses acknowledged commits, and must be seen to.
    """
    with tempfile.TemporaryDirectory(prefix="benthic-images-") as place:
        folder = Path(place)
        shim = compile_shim(folder)

        def run(chunk: int, images: int) -> Chunk:
            here = folder / str(chunk)
            here.mkdir()
            events = record(here, shim, seed + chunk, durability)
            found = _look(events, seed + chunk, images)
            violations = tuple(
                f"recording {seed + chunk}, image {number}: {what}"
                for number, what in sorted(found.items())
                if what != WHOLE
            )
            events.unlink()
            return Chunk(chunk, images, violations, {"recordings": 1})

        name = f"images, durability {durability.value}"
        plan = Plan(name, seed, PER_RECORDING, of=f"the workload {workload_hash()[:12]}")
        return sweep(plan, count, run, resume=resume, watch=watch, jobs=jobs)


def _look(events: Path, seed: int, images: int) -> dict[int, str]:
    """What was found in each image; a worker that an image ends is followed by another one."""
    found: dict[int, str] = {}
    while len(found) < images:
        numbers = [str(number) for number in range(images) if number not in found]
        program = [sys.executable, "-m", "benthic.benchmarks.images.worker", str(events), str(seed)]
        child = subprocess.run([*program, *numbers], capture_output=True, text=True, check=False)
        for line in child.stdout.splitlines():
            number, _, what = line.partition(" ")
            found[int(number)] = what
        died = [number for number, what in found.items() if what == BEGUN]
        for died_at in died:
            found[died_at] = f"torn: looking at it died of {_death(child.returncode)}"
        if not died and len(found) < images:
            raise RuntimeError(f"the worker failed: {child.stderr.strip()[-2000:]}")
    return found


def _death(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
