"""Calls to ccxt whose every error is material, not a crash: what a venue sends may trip any line.

A cancellation is no such error, and goes on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import outcome

from ..ccxt_trio.upstream import errors

Attempt: TypeAlias = "outcome.Value[Any] | Exception"


async def attempted(call: Callable[..., Awaitable[Any]], *args: Any) -> Attempt:
    """What the call gave, or the one error that ended it, however many groups that was in."""
    ended: Any = await outcome.acapture(call, *args)
    if isinstance(ended, outcome.Value):
        return ended
    if not isinstance(ended.error, Exception):
        ended.unwrap()
    error: Exception = ended.error
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    refusal = error.__context__
    if isinstance(error, LookupError) and isinstance(refusal, errors.BaseError):
        return refusal  # type: ignore[no-any-return]  # ccxt failed as it tidied up after this
    return error
