"""How a real process answers whom it can only be asked through a pipe.

Declined       (a Refusal) nothing came of it, for the reason that the process gives
Unanswered     (an AskError) nobody knows: the process died, or did not answer in time
ProcessStuck   it did not do in time what it must: end, or let itself be heard
"""

from __future__ import annotations

from ...runtime import AskError, BenthicError, Refusal


class Declined(Refusal):
    """The desk of a real process refused. reason: class and words of its refusal."""

    def __init__(self, bot: str, reason: str) -> None:
        super().__init__(f"{bot}: {reason}")
        self.bot = bot
        self.reason = reason


class Unanswered(AskError):
    """Nobody knows what came of a question to a real process."""

    def __init__(self, bot: str, reason: str) -> None:
        super().__init__(bot)
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path} did not answer: {self.reason}"


class ProcessStuck(BenthicError):
    """A real process does not do what it must; its log says more. log: where that lies."""

    def __init__(self, bot: str, *, late: str, log: str) -> None:
        super().__init__(f"{bot} {late}; see what it said last in {log}")
        self.bot = bot
        self.log = log
