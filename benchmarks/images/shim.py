"""Compiling the recorder (`shim.c`) and running a program under it. Linux, and a C compiler."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from ...runtime.errors import BenthicError

SOURCE: Final = Path(__file__).with_name("shim.c")


class NoRecorder(BenthicError):
    """Crash images cannot be made on this machine; nothing was checked."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"crash images need a recorder written in C: {reason}")
        self.reason = reason


def compile_shim(folder: Path) -> Path:
    """The recorder as a shared library in `folder`. Raises NoRecorder."""
    if not sys.platform.startswith("linux"):
        raise NoRecorder(f"LD_PRELOAD works on Linux, this is {sys.platform}; use a Linux machine")
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NoRecorder("there is no C compiler here; install cc, gcc or clang, or set CC")
    library = folder / "shim.so"
    options = ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(library)]
    child = subprocess.run(
        [compiler, *options, str(SOURCE), "-ldl"], capture_output=True, text=True, check=False
    )
    if child.returncode:
        raise NoRecorder(f"{compiler} cannot compile it: {child.stderr.strip()}")
    return library


def recorded(shim: Path, record: Path | None, *, failing_sync: int = 0) -> dict[str, str]:
    """The environment of a program that is recorded; its `failing_sync`-th sync fails if not 0."""
    environment = {**os.environ, "LD_PRELOAD": str(shim)}
    if record is not None:
        environment["BENTHIC_RECORD"] = str(record)
    if failing_sync:
        environment["BENTHIC_FAIL_SYNC"] = str(failing_sync)
    return environment
