"""The control port: an HTTP door on loopback through which a plan is changed while it runs.

It is a door like the venue's own and is served by the same wire, on a listener of its own. Every
request must bear the token and name the loopback host; a browser, which says where it comes
from, is turned away. It reads no files and executes nothing but verbs.
"""

from __future__ import annotations

import hmac
import re
from typing import Any, Final

import msgspec

from ....runtime.errors import UsageError
from ..wire.messages import Request, Response, Session, SocketHandler
from .errors import BadPlan, Flaw
from .payload import is_object
from .plan import Rule, When
from .planned import PlannedFaults
from .rules import Inspector, rule_of
from .strike import describe

LEAST_TOKEN: Final = 32  # characters
MOST_BODY: Final = 65_536  # bytes
JSON: Final = ("Content-Type", "application/json")
HOST: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
RULE: Final = re.compile(r"/rules/(\d{1,9})")
NUMBER: Final = re.compile(r"\d{1,15}")


class ControlDoor:
    """Rules and the record of one venue's faults, for whoever has the token."""

    def __init__(self, faults: PlannedFaults, token: str) -> None:
        if len(token) < LEAST_TOKEN or not token.isascii():
            raise UsageError(
                f"a control token needs {LEAST_TOKEN} ASCII characters or more: draw one at random"
            )
        self._faults = faults
        self._bearer = f"Bearer {token}".encode()

    def request(self, request: Request) -> Response:
        refusal = self._turned_away(request)
        if refusal is not None:
            return refusal
        try:
            return self._answer(request)
        except BadPlan as error:
            listed = [msgspec.structs.asdict(flaw) for flaw in error.flaws]
            return _gives({"error": str(error), "errors": listed}, status=400)

    def socket(self, _request: Request, _session: Session) -> SocketHandler | Response:
        return _says(404, "the control port has no WebSockets")

    def _turned_away(self, request: Request) -> Response | None:
        headers = request.headers
        if HOST.fullmatch(headers.get("host", "").lower()) is None:
            return _says(421, "not this host: ask for 127.0.0.1")
        if "origin" in headers:
            return _says(403, "no browsers: ask without an Origin")
        given = headers.get("authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._bearer):
            challenge = ("WWW-Authenticate", "Bearer")
            return _says(401, "no such token: send Authorization: Bearer TOKEN", challenge)
        if len(request.body) > MOST_BODY:
            return _says(413, f"more than {MOST_BODY} bytes")
        return None

    def _answer(self, request: Request) -> Response:
        match request.method, request.path:
            case "GET", "/rules":
                return _gives([describe(armed) for armed in self._faults.strike.rules])
            case "POST", "/rules":
                rule = rule_of(_table(request), inspector=self._faults.inspector)
                return _gives(describe(self._faults.add(rule)), status=201)
            case "POST", "/fire":
                rule = _at_once(_table(request), self._faults.inspector)
                fired = self._faults.fire(rule, cause="the control port")
                return _gives(fired, status=409 if fired.problem else 200)
            case "GET", "/fired":
                return self._fired(request)
            case "GET", "/state":
                return _gives(self._faults.state())
            case _:
                return self._remove(request)

    def _remove(self, request: Request) -> Response:
        found = RULE.fullmatch(request.path)
        if request.method != "DELETE" or found is None:
            return _says(404, "there are /rules, /rules/NUMBER, /fire, /fired and /state")
        gone = self._faults.remove(int(found[1]))
        return _gives({"removed": gone}, status=200 if gone else 404)

    def _fired(self, request: Request) -> Response:
        asked: dict[str, str] = {}
        for part in request.query.split("&"):
            name, _, value = part.partition("=")
            asked[name] = value
        after, limit = asked.get("after", "0"), asked.get("limit", "1000")
        if NUMBER.fullmatch(after) is None or NUMBER.fullmatch(limit) is None:
            return _says(400, "after and limit are whole numbers")
        log = self._faults.log
        return _gives(
            {"total": log.total, "fired": log.entries(after=int(after), limit=int(limit))}
        )


def _at_once(table: dict[str, Any], inspector: Inspector) -> Rule:
    """A rule that strikes when it is told to; what it says of `when` would mean nothing."""
    if "when" in table:
        raise BadPlan(Flaw("fire: when", "it strikes now", "leave it out, or POST it to /rules"))
    rule = rule_of({**table, "when": {"at": 0}}, place="fire", inspector=inspector)
    return msgspec.structs.replace(rule, when=When())


def _table(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind.lower() != "application/json":
        raise BadPlan(Flaw("body", f"is {kind}", "send application/json"))
    try:
        table: object = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadPlan(Flaw("body", f"is no JSON ({error})", "send a JSON object")) from error
    if not is_object(table):
        raise BadPlan(Flaw("body", "is no JSON object", 'send {"verb": …}'))
    return table


def _gives(content: object, *, status: int = 200) -> Response:
    return Response(status, msgspec.json.encode(content), (JSON,))


def _says(status: int, problem: str, *headers: tuple[str, str]) -> Response:
    return Response(status, msgspec.json.encode({"error": problem}), (JSON, *headers))
