"""Turns the verbs of requests into answers and fates. Pure: it strikes and remembers nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import msgspec

from ..wire.fate import Ending, Fate
from ..wire.http import encode
from ..wire.messages import Request, Response
from ..wire.strikes import RequestFate, ResponseFate
from .garbage import behind, spoil
from .payload import change, closed, is_list, is_object, opened
from .request_verbs import (
    Body,
    DelayAnswer,
    Dribble,
    DropRequest,
    ExecuteThenDropResponse,
    Garbage,
    HalfOpen,
    Headers,
    ItemError,
    Line,
    Merge,
    Mute,
    QueryLag,
    RawBytes,
    Redirect,
    RequestVerb,
    Reset,
    StaleSnapshot,
    Status,
    Truncate,
)

Said: TypeAlias = tuple[Response, Fate]  # an answer, and what becomes of it

JSON: Final = ("Content-Type", "application/json;charset=UTF-8")
HTML: Final = ("Content-Type", "text/html; charset=UTF-8")
UNKNOWN_ORDER: Final = Response(400, b'{"code":-2013,"msg":"Order does not exist."}', (JSON,))
YOUNG: Final = ("time", "transactTime", "updateTime", "createTime")  # the first that is there


def ending(line: Line) -> Ending:
    """What becomes of a connection, as the wire calls it."""
    match line:
        case "open":
            return Ending.KEEP
        case "close":
            return Ending.CLOSE
        case "reset":
            return Ending.RESET


def is_before(verb: object) -> bool:
    """Whether the verb strikes before the venue sees the request."""
    match verb:
        case DropRequest() | Redirect():
            return True
        case Status() | Body() | RawBytes() | Reset() | HalfOpen() | DelayAnswer():
            return verb.point == "before"
        case _:
            return False


def before(verb: RequestVerb, known: RequestFate, target: str) -> RequestFate:
    """The fate of a request, once this verb has struck it as well.

    target: path and query of the request, which a redirect repeats.
    """
    set_to = msgspec.structs.replace
    match verb:
        case DelayAnswer():
            return set_to(known, delay=known.delay + verb.time)
        case DropRequest():
            return set_to(known, lost=True, fate=Fate(lost=True, ending=ending(verb.line)))
        case Reset():
            return set_to(known, lost=True, fate=Fate(lost=True, ending=Ending.RESET))
        case HalfOpen():
            return set_to(known, lost=True, fate=Fate(lost=True, ending=Ending.HALF_OPEN))
        case _:
            fate = known.fate or Fate()
            answer, fate = instead(verb, (known.answer or Response(200), fate), target)
            return set_to(known, answer=answer, fate=fate)


def instead(verb: RequestVerb, said: Said, target: str = "") -> Said:
    """Another answer in place of the venue's own; it does not matter what that was."""
    response, fate = said
    match verb:
        case Status():
            return _status(verb), fate
        case Body():
            kind = (("Content-Type", verb.content_type),)
            return Response(verb.status, verb.body.encode(), kind), fate
        case RawBytes():
            raw = bytes.fromhex(verb.hex) or verb.text.encode()
            return response, msgspec.structs.replace(fate, raw=raw, ending=ending(verb.line))
        case Redirect():
            to = (("Location", f"{verb.location.rstrip('/')}{target}"), HTML)
            return Response(verb.status, b"", to), fate
        case _:
            return said


def after(verb: RequestVerb, request: Request, said: Said, *, now: int) -> Said:
    """What becomes of the venue's answer, once this verb has struck it as well.

    now: the venue's own time, by which the age of an order is told.
    """
    response, fate = said
    changed = _struck(verb, fate)
    if changed is not None:
        return response, changed
    match verb:
        case Truncate():
            return _cut(verb, request, said)
        case QueryLag():
            return _older(response, now - verb.time), fate
        case _:
            rewritten = rewrite(verb, response)
            return instead(verb, said) if rewritten is None else (rewritten, fate)


def _struck(verb: RequestVerb, fate: Fate) -> Fate | None:
    """What becomes of the bytes of an answer; None: the verb leaves them alone."""
    match verb:
        case ExecuteThenDropResponse():
            changed = _with(fate, lost=True, ending=ending(verb.line))
        case DelayAnswer():
            changed = _with(fate, stall=fate.stall + verb.time)
        case Dribble():
            changed = _with(fate, piece=verb.size, pause=int(verb.every))
        case Reset():
            changed = _with(fate, keep=verb.sent, ending=Ending.RESET)
        case HalfOpen():
            changed = _with(fate, lost=True, ending=Ending.HALF_OPEN)
        case Mute():
            changed = _with(fate, ending=Ending.MUTE)
        case _:
            return None
    return changed


def rewrite(verb: RequestVerb, response: Response) -> Response | None:
    """The venue's answer with changed words; None: the verb leaves the words alone."""
    match verb:
        case Headers():
            names = {name.lower() for name in verb.headers}
            kept = [pair for pair in response.headers if pair[0].lower() not in names]
            return Response(response.status, response.body, (*kept, *verb.headers.items()))
        case StaleSnapshot():
            return _body(response, lambda text: behind(text, verb.updates))
        case Garbage():
            return _body(response, lambda text: spoil(text, verb))
        case Merge():
            return _body(response, lambda text: merged(text, verb))
        case ItemError():
            return _body(response, lambda text: _item_error(text, verb))
        case _:
            return None


def merged(text: str, verb: Merge) -> str:
    """A message with the verb's fields set, in each item where it is a list."""

    def merge(content: Any) -> Any:
        if is_list(content):
            return [merge(each) for each in content]
        return {**content, **verb.fields} if is_object(content) else content

    return change(text, merge)


def answered(said: Said) -> ResponseFate:
    """As the wire is told."""
    return ResponseFate(answer=said[0], fate=said[1])


def _with(fate: Fate, **changes: object) -> Fate:
    return msgspec.structs.replace(fate, **changes)


def _status(verb: Status) -> Response:
    headers = tuple(verb.headers.items())
    if verb.code is None:
        page = f"<html><body><h2>{verb.status}</h2></body></html>"
        return Response(verb.status, page.encode(), (HTML, *headers))
    body = closed({"code": verb.code, "msg": verb.msg})
    return Response(verb.status, body.encode(), (JSON, *headers))


def _cut(verb: Truncate, request: Request, said: Said) -> Said:
    response, fate = said
    if verb.whole:
        kept = max(len(response.body) - verb.missing, 0)
        return Response(response.status, response.body[:kept], response.headers), fate
    length = len(encode(request, response))
    kept = max(length - verb.missing, 0)
    return response, _with(fate, keep=kept, ending=ending(verb.line))


def _older(response: Response, than: int) -> Response:
    """The answer without the orders that were made after a moment."""
    content = opened(response.body)
    if is_list(content):
        old = [each for each in content if not _is_young(each, than)]
        return Response(response.status, closed(old).encode(), response.headers)
    return UNKNOWN_ORDER if _is_young(content, than) else response


def _is_young(content: Any, than: int) -> bool:
    if not is_object(content) or "orderId" not in content:
        return False
    made = next((content[key] for key in YOUNG if key in content), 0)
    return isinstance(made, int) and made > than


def _item_error(text: str, verb: ItemError) -> str:
    content = opened(text)
    if not is_list(content) or verb.index >= len(content):
        return text
    content[verb.index] = {"code": verb.code, "msg": verb.msg}
    return closed(content)


def _body(response: Response, how: Callable[[str], str]) -> Response:
    body = how(response.body.decode("utf-8", "replace")).encode()
    return Response(response.status, body, response.headers)
