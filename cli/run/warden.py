"""The warden: an actor beside the bots that hears what ends one, and stops it where it must.

A bot that cannot trade, or whose restarts did not help, goes alone; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import attrs

from ...actors.bot.chronicle import Say
from ...actors.bot.messages import Refused
from ...actors.bot.paths import BOTS, paths_of
from ...runtime import Actor, Ask, Crashed, DeadLetter, Millis, NoSuchActor, Tell, Terminated, on

Ended: TypeAlias = Callable[[str, BaseException | None], None]
"""Told which bot has ended, and of what."""

SPAN: Final = Millis(10_000)
MOST: Final = 20  # dead letters that are told of in a span


@attrs.frozen
class Guard(Tell):
    """A bot of this name has started."""

    bot: str


@attrs.frozen
class Beat(Ask[Millis]):
    """Whether turns are taken; answered with the time."""


class Warden(Actor):
    """Takes `Guard`, answers `Beat`; hears crashes, dead letters and refusals of all bots."""

    def __init__(self, say: Say, ended: Ended) -> None:
        self._say = say
        self._ended = ended
        self._errors: dict[str, BaseException] = {}  # by bot, the latest that may end it
        self._began = Millis(0)  # of the span
        self._letters = 0  # in it

    def on_start(self) -> None:
        for kind in (Crashed, DeadLetter, Refused):
            self.subscribe(None, kind)

    @on(Guard)
    def guard(self, message: Guard) -> None:
        try:
            self.watch(self.lookup(paths_of(message.bot).bot))
        except NoSuchActor:  # it has ended already
            self._ended(message.bot, self._errors.pop(message.bot, None))

    @on(Beat)
    def beat(self, _: Beat) -> Millis:
        return self.now

    @on(Refused)
    def refused(self, message: Refused) -> None:
        self._errors[message.bot] = message.error
        self.lookup(paths_of(message.bot).bot).stop("refused")

    @on(Crashed)
    def crashed(self, message: Crashed) -> None:
        error, bot = message.error, bot_of(message.path)
        fields = {} if bot is None else {"bot": bot}
        if bot is not None and message.path == paths_of(bot).bot:
            self._errors[bot] = error
        self._say("error", "crash", {**fields, "actor": message.path, "error": error})

    @on(DeadLetter)
    def dead_letter(self, message: DeadLetter) -> None:
        if self.elapsed - self._began >= SPAN:
            self._began, self._letters = self.elapsed, 0
        self._letters += 1
        if self._letters <= MOST:
            fields = {"actor": message.path, "message": message.message_type, "why": message.why}
            self._say("warning", "dead letter", fields)

    @on(Terminated)
    def terminated(self, message: Terminated) -> None:
        bot = bot_of(message.ref.path)
        if bot is not None:
            self._ended(bot, self._errors.pop(bot, None))


def bot_of(path: str) -> str | None:
    """The bot that an actor belongs to.

    >>> bot_of("/benthic/bots/first/exchange/gate"), bot_of("/benthic/markets")
    ('first', None)
    """
    if not path.startswith(f"{BOTS}/"):
        return None
    return path.removeprefix(f"{BOTS}/").partition("/")[0]
