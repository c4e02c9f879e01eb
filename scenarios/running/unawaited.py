"""Notices a coroutine of a script for which nobody has waited: `world.settle()` does nothing then.

Python tells of one by a warning, when it is thrown away. Other warnings go where they always go.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Final

from ..world.places import Place

TOLD: Final = re.compile(r"coroutine '(.+)' was never awaited")


@contextmanager
def noticed(file: str) -> Generator[Callable[[], Iterator[tuple[Place, str]]]]:
    """Gives where in `file` that happened in the block so far, and what to say of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("always", TOLD.pattern, RuntimeWarning)

        def found() -> Iterator[tuple[Place, str]]:
            for each in caught:
                told = TOLD.match(str(each.message))
                if told and each.filename == file:
                    yield Place(file, each.lineno, ""), f"nothing waits for {told[1]}"

        yield found
    for each in caught:
        if not (TOLD.match(str(each.message)) and each.filename == file):
            warnings.showwarning(each.message, each.category, each.filename, each.lineno)
