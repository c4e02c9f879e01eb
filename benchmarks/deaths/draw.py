"""Of what a bot dies in each trial: half at random instants, half at named ones. Pure.

All kinds of both halves come in turn, so that sixty trials have each of them.
"""

from __future__ import annotations

from typing import Final, Literal

import attrs

Who = Literal["mode", "hand"]
"""Who trades when it dies: the mode of a plain `benthic run`, or a hand at its desk."""


@attrs.frozen
class Death:
    """One way to die. name: as it is reported."""

    name: str
    who: Who = "hand"
    point: str = ""  # of `scenarios.process.points`; empty: SIGKILL from outside
    within: float = 0.0  # s from when it opened or was started, of one from outside
    waits: Literal["not", "for an order"] = "not"  # which arrives, before these s begin
    is_fresh: bool = False  # it dies while it recovers from the death before


RANDOM: Final = (
    Death("while trading", "mode", within=6.0),
    Death("under load", within=2.0),
    Death("while starting", "mode", within=2.5, is_fresh=True),
    Death("while trading", "mode", within=1.0, waits="for an order"),
    Death("under load", within=0.3),
)
ARRIVES: Final = Death("order arrives")  # struck as the exchange hears of an order
CHILD_ARRIVES: Final = Death("child arrives")  # likewise, of one that another has set free
NAMED: Final = (
    *(
        Death(f"{phase} {what}", point=f"{phase}_{what}")
        for what in ("intent", "acceptance", "fill", "cancel", "doubt")
        for phase in ("before", "after")
    ),
    ARRIVES,
    *(
        Death(f"{phase} {what}", point=f"{phase}_{what}")
        for what in ("batch", "release", "child", "trigger", "wish", "renewal")
        for phase in ("before", "after")
    ),
    CHILD_ARRIVES,
    *(
        Death(f"in recovery, {phase} {what}", point=f"{phase}_{what}", is_fresh=True)
        for what in ("load", "commit")
        for phase in ("before", "after")
    ),
)


def death(seed: int, number: int) -> Death:
    """What the bot dies of in a trial.

    >>> death(0, 0).name, death(0, 1).name
    ('while trading', 'before intent')
    """
    turn = seed + number // 2
    return NAMED[turn % len(NAMED)] if number % 2 else RANDOM[turn % len(RANDOM)]
