"""What can be wrong with a bot file.

BenthicError
└─ UsageError
   └─ ConfigError      the file is not a bot file; every fault in it is listed at once
"""

from __future__ import annotations

from pathlib import Path

import attrs

from ...runtime import UsageError


@attrs.frozen
class Problem:
    """One fault of a bot file."""

    key: str  # where: "market.fees.taker"; empty for the file as a whole
    text: str  # what is there, what is expected, and what to do

    def __str__(self) -> str:
        return f"{self.key}: {self.text}" if self.key else self.text


class ConfigError(UsageError):
    """A bot file cannot be used as it stands; nothing was started."""

    def __init__(self, file: str | Path, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{file}: {problem}" for problem in problems))
        self.file = str(file)
        self.problems = problems
