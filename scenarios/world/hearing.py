"""What a bot has said of itself, by life: its line, its gate, whatever its chronicle tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from ...actors.bot.config import Level
from ...runtime import Millis
from .timeline import Kind


@attrs.frozen(kw_only=True)
class Told:
    """Something that the bot's chronicle said."""

    at: Millis
    life: int  # from 1
    level: Level
    event: str
    fields: Mapping[str, object]


class Hearing:
    """All that was said. note: puts it on the timeline. looks: how often the account was read."""

    def __init__(
        self,
        now: Callable[[], Millis],
        note: Callable[[Kind, str], None],
        looks: Callable[[], tuple[int, ...]] = tuple,
    ) -> None:
        self.told: list[Told] = []
        self.opened_at: dict[int, Millis] = {}  # when the gate opened first, by life
        self.turned_at: dict[int, Millis] = {}  # when the line went down or came up, by life
        self.unread: dict[int, int] = {}  # parts that were not read when the gate opened, by life
        self._newest: dict[tuple[int, str], Told] = {}  # by life and first word
        self._looked: dict[int, tuple[int, ...]] = {}  # while the line was not up, by life
        self._now = now
        self._note = note
        self._looks = looks

    def hear(self, life: int, level: Level, event: str, fields: Mapping[str, object]) -> None:
        """A bot says something."""
        at = self._now()
        told = Told(at=at, life=life, level=level, event=event, fields=dict(fields))
        self.told.append(told)
        if event.startswith("line "):
            self._turn(life, at, is_up=event == "line up")
        self._newest[life, event.partition(" ")[0]] = told
        if event == "gate open":
            self.opened_at.setdefault(life, at)
            before = self._looked.get(life, ())
            self.unread[life] = sum(map(int.__eq__, before, self._looks()))
        if event.startswith(("order ", "fill")):
            return  # the books have told it already
        kind: Kind = "event"
        if event.startswith("line "):
            kind = "line"
        elif event.startswith("gate "):
            kind = "gate"
        words = " ".join(f"{key}={value}" for key, value in fields.items() if key != "bot")
        self._note(kind, f"{event} {words}".strip())

    def is_open(self, life: int) -> bool:
        """Whether the gate was open when it was told of last."""
        told = self._newest.get((life, "gate"))
        return told is not None and told.event == "gate open"

    def line(self, life: int) -> Told | None:
        """What was said of the line last."""
        return self._newest.get((life, "line"))

    def of(self, event: str) -> list[Told]:
        """All that was said of an event, such as "drift"."""
        return [told for told in self.told if told.event == event]

    def _turn(self, life: int, at: Millis, *, is_up: bool) -> None:
        before = self._newest.get((life, "line"))
        if before is None or is_up != (before.event == "line up"):
            self.turned_at[life] = at
        if not is_up:
            self._looked[life] = self._looks()
