"""The public face of an address. What stands behind it is in `cell`.

A reference survives restarts: whoever holds it reaches the current incarnation, and messages that
come between two incarnations wait in the mailbox. References are compared by identity.
"""

from __future__ import annotations

from typing import NoReturn, TypeVar

from .mailbox import MailboxStatistics
from .messages import Ask

R = TypeVar("R")


class Ref:
    """Where messages to one actor go. Get one from `lookup`; it cannot be built by hand."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """From the root, such as `/bot/exchange/desk`."""
        raise NotImplementedError

    @property
    def is_alive(self) -> bool:
        """Whether messages still reach an incarnation, now or after its restart."""
        raise NotImplementedError

    def tell(self, message: object) -> None:
        """Queue `message`; never blocks.

        Raises MailboxFull where the mailbox is at its bound and its policy is RAISE. A message
        to a dead address becomes a dead letter.
        """
        raise NotImplementedError

    async def ask(self, message: Ask[R], *, timeout: int | None = None) -> R:
        """The answer to `message`, from any trio task that is not a turn.

        timeout: ms; the System's default deadline where it is None. Inside a handler use
        `self.ask`. Raises AskTimeout, ActorCrashed, ActorStopped, UnknownMessage, or the
        Refusal with which the actor answered.
        """
        raise NotImplementedError

    def stop(self, reason: str = "stopped", *, deadline: int | None = None) -> None:
        """Stop the actor for good: its current turn ends first, the mailbox is not worked off.

        deadline: ms for the turn and `on_stop` together; the child's own where it is None.
        """
        raise NotImplementedError

    def drain(self, reason: str = "drained") -> None:
        """Stop the actor for good once what is in its mailbox now has been handled."""
        raise NotImplementedError

    def statistics(self) -> MailboxStatistics:
        """What its mailbox holds and has seen."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<Ref {self.path}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Ref belongs to one System; send its path instead")
