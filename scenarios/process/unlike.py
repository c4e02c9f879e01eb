"""What a script may ask of a world and a real process has not: one clear error, with its line."""

from __future__ import annotations

from typing import Any

from ..world.places import caller


class Unlike:
    """Refuses by name what its simulated counterpart has beyond it. Raises BadScenario."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        kind = type(self).__name__
        raise caller().wrong(
            f"{kind} has no `{name}`: a real process and its host cannot be asked for that",
            remedy="run this script without --real, in virtual time",
        )
