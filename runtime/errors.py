"""Every error that the runtime raises on purpose; all other packages hang theirs into this tree.

BenthicError                  catch this one to catch all of them
├─ UsageError                 the call was wrong; the same call fails again
│  ├─ NoSuchActor             no address has this path
│  ├─ UnknownMessage          the actor has no handler for this message; it did not run
│  ├─ DeadlockError           this ask would close a cycle of asks and wait for itself
│  └─ TrioInTurn              a handler that is not declared `io=True` awaited trio
├─ Refusal                    the actor's answer is no: raised in the asker, the actor lives on
│  ├─ NameTaken               a child of this name is alive
│  └─ NotStarted              the child that was asked for did not start and is forgotten
├─ AskError                   an ask has no answer; what the target did is not known
│  ├─ AskTimeout              the deadline passed; the target may still be at it
│  ├─ ActorCrashed            the target raised while it had the message; `__cause__` says what
│  └─ ActorStopped            the address is dead; the message was not handled
├─ MailboxFull                the mailbox is at its bound and its policy is to say so
└─ SupervisionError           restarts did not help
   ├─ StartFailed             an actor or subtree did not start
   ├─ RestartLimit            more restarts in the window than allowed
   └─ StillRunning            tasks of an old incarnation ignored cancellation past their deadline
"""

from __future__ import annotations


class BenthicError(Exception):
    """Anything that benthic raises on purpose."""


class UsageError(BenthicError):
    """The call was wrong; the same call fails again."""


class NoSuchActor(UsageError):
    """No address has this path."""

    def __init__(self, path: str, *, known: tuple[str, ...] = ()) -> None:
        siblings = f"; there are {', '.join(known)}" if known else ""
        super().__init__(f"no actor at {path!r}{siblings}")
        self.path = path
        self.known = known


class UnknownMessage(UsageError):
    """The actor has no handler for this type of message; nothing ran."""

    def __init__(self, path: str, message_type: type) -> None:
        super().__init__(
            f"{path} has no handler for {message_type.__qualname__}: declare one with @on"
        )
        self.path = path
        self.message_type = message_type


class DeadlockError(UsageError):
    """This ask would close a cycle of asks; raised at once in the asker, which still runs."""

    def __init__(self, cycle: tuple[str, ...]) -> None:
        super().__init__(f"asks wait for each other: {' -> '.join(cycle)}; make one of them a tell")
        self.cycle = cycle


class TrioInTurn(UsageError):
    """A handler that is not declared `io=True` awaited trio; its actor crashed."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path}: a handler awaited trio, or held a cancel scope or nursery across self.ask; "
            "declare it @on(Message, io=True), or use timeout= and self.sleep"
        )
        self.path = path


class Refusal(BenthicError):
    """The actor's answer is no. Raised by a handler, it answers the ask and the actor lives on."""


class NameTaken(Refusal):
    """The supervisor has a living child of this name."""

    def __init__(self, path: str, name: str) -> None:
        super().__init__(f"{path} has a child named {name!r}; stop it first or choose another name")
        self.path = path
        self.name = name


class NotStarted(Refusal):
    """The child that was asked for did not start; `__cause__` says why. It is forgotten."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} did not start and is forgotten; mend its on_start and ask again")
        self.path = path


class AskError(BenthicError):
    """An ask has no answer; what the target did is not known unless the class says so."""

    verb = "did not answer"

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} {self.verb}")
        self.path = path


class AskTimeout(AskError):
    """The deadline passed. The target's turn goes on; an ask still in its mailbox is skipped."""

    def __init__(self, path: str, *, timeout: int) -> None:
        super().__init__(path)
        self.timeout = timeout  # ms

    def __str__(self) -> str:
        return f"{self.path} did not answer within {self.timeout} ms"


class ActorCrashed(AskError):
    """The target raised while it had the message, or lost it in a restart; see `__cause__`."""

    verb = "crashed before it answered"


class ActorStopped(AskError):
    """The address is dead; the message was not handled."""

    verb = "has stopped"


class MailboxFull(BenthicError):
    """The mailbox is at its bound; the message was not queued."""

    def __init__(self, path: str, *, bound: int) -> None:
        super().__init__(f"the mailbox of {path} is full ({bound} messages)")
        self.path = path
        self.bound = bound


class SupervisionError(BenthicError):
    """Restarts did not help; leaves through the embedding nursery in the end."""


class StartFailed(SupervisionError):
    """An actor or subtree did not start; what had started before it was stopped again."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} did not start")
        self.path = path


class RestartLimit(SupervisionError):
    """More restarts in the window than allowed; the subtree is stopped."""

    def __init__(self, path: str, *, restarts: int, window: int) -> None:
        super().__init__(f"{path}: {restarts} restarts within {window} ms")
        self.path = path
        self.restarts = restarts
        self.window = window  # ms


class StillRunning(SupervisionError):
    """Tasks of an old incarnation ignored cancellation past their deadline."""

    def __init__(self, path: str, *, tasks: int) -> None:
        super().__init__(
            f"{path}: {tasks} tasks ignored cancellation; nothing new is started there"
        )
        self.path = path
        self.tasks = tasks
