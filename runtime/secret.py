"""Secret: a text that no log, error or record shows. It is read in one place: `reveal`."""

from __future__ import annotations

from typing import Final, NoReturn

HIDDEN: Final = "***"


class Secret:
    """Hides a text from `repr`, `str`, `format`, pickle and copies of it.

    Two secrets are equal where they hide the same; a secret is no key of a dict.
    """

    __slots__ = ("_text",)
    __hash__ = None  # type: ignore[assignment] # a hash says something of what is hidden

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: for whoever signs with it, and nobody else."""
        return self._text

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not written anywhere")
