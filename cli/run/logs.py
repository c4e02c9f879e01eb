"""The log of a running bot: one line an event, as text or JSON, whoever speaks.

Our own events have a name and fields. What libraries log and warn of goes the same way, below
`warning` only where the level is `debug`: some of them log whole requests there.
"""

from __future__ import annotations

import atexit
import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import attrs

from ...actors.bot.chronicle import Say
from ...actors.bot.config import Level, LogFormat
from .redaction import Redactor
from .sink import Sink, SinkStream

LOGGER: Final = "benthic"
_STDERR: Final = 2
_FIELDS: Final = "benthic_fields"

Fields: TypeAlias = Mapping[str, object]


@attrs.frozen
class Log:
    """An open log."""

    say: Say
    redactor: Redactor
    sink: Sink


def open_log(level: Level, form: LogFormat) -> Log:
    """Let everything that this process says from now on be a line of the log, on standard error."""
    redactor = Redactor()
    sink = Sink(_STDERR, redactor)
    sys.stderr = SinkStream(sink, _STDERR)
    atexit.register(sink.close)
    handler = _Handler(sink, _as_json if form == "json" else _as_text)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
    ours = logging.getLogger(LOGGER)
    ours.setLevel(level.upper())
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)

    def say(importance: Level, event: str, fields: Fields) -> None:
        ours.log(logging.getLevelName(importance.upper()), event, extra={_FIELDS: fields})

    return Log(say, redactor, sink)


class _Handler(logging.Handler):
    """Makes a line of a record and hands it to the sink."""

    def __init__(self, sink: Sink, form: Any) -> None:
        super().__init__()
        self._sink = sink
        self._form = form
        self._traces = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, object] = dict(getattr(record, _FIELDS, {}))
        try:
            event = record.getMessage()
        except (TypeError, ValueError, KeyError):
            event = str(record.msg)  # a library's words and its arguments do not fit
        if record.name != LOGGER:
            fields["logger"] = record.name
        if record.exc_info:
            fields["trace"] = self._traces.formatException(record.exc_info)
        moment = datetime.fromtimestamp(record.created, UTC)
        at = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._sink.put(self._form(at, record.levelname.lower(), event, fields))


def _as_json(at: str, level: str, event: str, fields: Fields) -> str:
    return json.dumps({"at": at, "level": level, "event": event, **fields}, default=str)


def _as_text(at: str, level: str, event: str, fields: Fields) -> str:
    words = [f"{name}={_word(value)}" for name, value in fields.items()]
    return " ".join([at, f"{level:<7}", printable(event), *words])


def _word(value: object) -> str:
    text = printable(str(value))
    return json.dumps(text, ensure_ascii=False) if not text or " " in text or '"' in text else text


def printable(text: str) -> str:
    """The same on one line, and without what would move a cursor (I15)."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
