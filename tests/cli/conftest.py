"""The real command in child processes: what it prints, and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

PATIENCE = 120  # seconds of wall time until a child counts as hung


@attrs.frozen
class Ran:
    """What came of one command."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on standard error, without the program's name."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0].removeprefix("benthic: ")

    @property
    def json(self) -> Any:
        (line,) = self.out.splitlines()
        return json.loads(line)


Benthic = Callable[..., Ran]


@pytest.fixture
def benthic(tmp_path: Path) -> Benthic:
    """Run `benthic ARGUMENTS` in an empty folder; `limit` is a program to run it under."""

    def run(*arguments: object, under: tuple[str, ...] = ()) -> Ran:
        command = [*under, sys.executable, "-m", "benthic", *map(str, arguments)]
        child = subprocess.run(
            command,
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "100", "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=PATIENCE,
        )
        assert "Traceback" not in child.stderr, child.stderr
        return Ran(child.returncode, child.stdout, child.stderr)

    return run
