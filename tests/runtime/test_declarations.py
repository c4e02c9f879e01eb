"""Trees that make no sense are refused where they are written down."""

from collections.abc import Awaitable, Callable

import pytest

from benthic.runtime import (
    Actor,
    Backoff,
    Child,
    Millis,
    Supervisor,
    System,
    UsageError,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]
Log = list[str]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Child("", Actor), "non-empty"),
        (lambda: Child("a/b", Actor), "without '/'"),
        (lambda: Child("..", Actor), "cannot be the name"),
        (lambda: Supervisor("s", [Child("a", Actor), Child("a", Actor)]), "two children named"),
        (lambda: Supervisor("s", [], max_restarts=-1), "max_restarts >= 0"),
        (lambda: Supervisor("s", [], window=Millis(0)), "window >= 1"),
        (lambda: Backoff(base=Millis(-1)), "0 <= base"),
        (lambda: Backoff(base=Millis(10), cap=Millis(5)), "base <= cap"),
        (lambda: Backoff(factor=0.5), "factor >= 1"),
        (lambda: Backoff(jitter=1.5), r"jitter 0\.\.1"),
    ],
    ids=[
        "empty", "slash", "dots", "twice", "restarts", "window", "base", "cap", "factor", "jitter",
    ],
)  # fmt: skip
def test_a_tree_that_makes_no_sense_is_refused(make: Callable[[], object], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        make()
