"""The newest of many names, so that a repetition is known: the oldest goes when a new one comes."""

from __future__ import annotations

from collections import OrderedDict


class Recent:
    """At most `most` names; looking one up costs the same however many there are."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._names: OrderedDict[str, None] = OrderedDict()  # oldest first

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def __len__(self) -> int:
        return len(self._names)

    def add(self, name: str) -> None:
        """Know it from now on; one that is known already stays as old as it was."""
        self._names[name] = None
        if len(self._names) > self._most:
            self._names.popitem(last=False)
