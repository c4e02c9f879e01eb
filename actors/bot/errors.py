"""What can be wrong with a bot file.

BenthicError
├─ UsageError
│  ├─ ConfigError      the file is not a bot file; every fault in it is listed at once
│  └─ Unexpected       a value is not what its key asks for; becomes a fault of a ConfigError
├─ Refusal
│  └─ NoSuchExchange   no exchange of this System has the name, or more than one has
└─ BotRefused          this bot cannot trade there, and waiting does not help
   ├─ MarketDiffers    the file and the venue's listing say different things of the market
   └─ LineShut         the venue does not serve this bot: the key, a permission, the region
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from ...runtime import BenthicError, Refusal, UsageError


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


class Unexpected(UsageError):
    """A value is not what its key asks for; the message is the sentence for the user."""


class NoSuchExchange(Refusal):
    """No exchange of this System goes by the name, or more than one does."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        hint = f"ask for one of these ids: {', '.join(known)}" if known else "there is none yet"
        super().__init__(f"{name} is not the name of one exchange: {hint}")
        self.name = name
        self.known = tuple(known)


class BotRefused(BenthicError):
    """This bot cannot trade at its venue, and waiting does not help."""


class MarketDiffers(BotRefused):
    """The file and the venue's listing say different things of the market."""

    def __init__(self, venue: str, symbol: str, differences: tuple[str, ...]) -> None:
        super().__init__(
            f"{symbol} is not at {venue} as the bot file says: {'; '.join(differences)}; correct "
            "the file, or leave these keys out of it"
        )
        self.venue = venue
        self.symbol = symbol
        self.differences = differences


class LineShut(BotRefused):
    """The venue does not serve this bot: a wrong key, a missing permission, a region."""

    def __init__(self, venue: str, reason: str) -> None:
        super().__init__(f"{venue} is shut to this bot: {reason}")
        self.venue = venue
        self.reason = reason
