"""What can be wrong on the way to a running bot, or with the place for its socket.

BenthicError
└─ LiveError            `path` says which socket
   ├─ NoBotThere        nothing answers: no bot, or one that has ended
   ├─ SocketTaken       a bot answers there already, or something else lies at the path
   └─ BadAnswer         what answers is no bot of this version, or does not answer in time
"""

from __future__ import annotations

from pathlib import Path

from ...runtime.errors import BenthicError


class LiveError(BenthicError):
    """The socket at `path` cannot be used."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path


class NoBotThere(LiveError):
    """Nothing answers at the path."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, f"no bot answers here ({reason}); give the socket of a running one")


class SocketTaken(LiveError):
    """The path is in use."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, f"{reason}; give another path")


class BadAnswer(LiveError):
    """What answers does not speak as a bot of this version does."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, f"{reason}; use the benthic that runs the bot")
