"""Carries out the faults of requests: what becomes of each, and of its answer.

What a verb makes of an answer is decided in `answers`; which rule strikes is `strike`'s affair.
Here is what lies between the two: the rules that struck a request wait for its answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeGuard, get_args

from ..wire.fate import Fate
from ..wire.messages import Request, Response
from ..wire.strikes import RequestFate, ResponseFate
from .answers import after, answered, before, is_before
from .memory import Answers
from .request_verbs import (
    Garbage,
    ItemError,
    Merge,
    RequestVerb,
    StaleAnswer,
    StaleSnapshot,
    SwapBodies,
)
from .strike import NOTHING_FITS, Strike, Struck, Subject

SYMBOL: Final = re.compile(r"(?:^|&)(?:symbol|pair)=([A-Za-z0-9_]{1,30})(?:&|$)")
MOST_WAITING: Final = 10_000  # struck requests without an answer, before the oldest is forgotten
REQUEST_VERBS: Final = get_args(RequestVerb)
REWRITING: Final = (Garbage, ItemError, Merge, StaleSnapshot)  # of any answer, whatever it says


class Requests:
    """Asked by the wire for each request and each response.

    carry_out: does what a state verb says. account_of: whose key came along. now: the venue's
    own time.
    """

    def __init__(
        self,
        strike: Strike,
        carry_out: Callable[[Struck], object],
        account_of: Callable[[Request], int | None],
        now: Callable[[], int],
    ) -> None:
        self._strike = strike
        self._carry_out = carry_out
        self._account_of = account_of
        self._now = now
        self._waiting: dict[int, list[Struck]] = {}  # by request: what will strike its answer
        self._answers = Answers()

    def on_request(self, request: Request) -> RequestFate | None:
        """What becomes of a request; None: nothing."""
        struck = self._strike.struck(self._subject(request))
        if not struck:
            return None
        fate = RequestFate()
        later: list[Struck] = []
        for each in struck:
            verb = each.rule.verb
            if not is_request_verb(verb):
                self._carry_out(each)
            elif is_before(verb):
                fate = before(verb, fate, _target(request))
            else:
                later.append(each)
        if later and not fate.lost:
            self._wait(request.number, later)
        return fate

    def on_response(self, request: Request, response: Response) -> ResponseFate | None:
        """What becomes of a response; None: nothing."""
        struck = self._waiting.pop(request.number, None)
        said = (response, Fate())
        for each in struck or ():
            verb = each.rule.verb
            former = said
            known = self._known(verb, request, response)
            if known is not None:
                said = (Response(said[0].status, known.body, known.headers), said[1])
            elif is_request_verb(verb):
                said = after(verb, request, said, now=self._now())
            if said == former and isinstance(verb, (*REWRITING, SwapBodies)):
                self._strike.log.came_to_nothing(each.entry, NOTHING_FITS)
        if self._strike.has_verb(StaleAnswer, SwapBodies):
            self._answers.keep(request, response)
        return None if struck is None else answered(said)

    def _known(self, verb: object, request: Request, response: Response) -> Response | None:
        match verb:
            case StaleAnswer():
                return self._answers.first(request)
            case SwapBodies(alike=alike):
                last = self._answers.last(request)
                fits = last is not None and (not alike or last.status == response.status)
                return last if fits else None
            case _:
                return None

    def _wait(self, number: int, struck: list[Struck]) -> None:
        self._waiting[number] = struck
        if len(self._waiting) > MOST_WAITING:  # answers that never came
            del self._waiting[next(iter(self._waiting))]

    def _subject(self, request: Request) -> Subject:
        found = SYMBOL.search(request.query) or SYMBOL.search(request.body.decode("latin-1"))
        return Subject(
            is_push=False,
            method=request.method,
            path=request.path,
            symbol=found[1] if found is not None else "",
            account=self._account_of(request),
            number=request.number,
            target=request.address,
        )


def is_request_verb(verb: object) -> TypeGuard[RequestVerb]:
    """Whether it strikes the request, and not the venue's state."""
    return isinstance(verb, REQUEST_VERBS)


def _target(request: Request) -> str:
    return f"{request.path}?{request.query}" if request.query else request.path
