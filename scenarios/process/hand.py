"""A hand at the desk of a real bot: runs beside its System, asks what the pipe says, answers there.

`benthic run` has none: nobody can trade through its socket. A scenario needs somebody who does.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import Any, Final

import trio

from ...actors.bot.builder import Bot
from ...actors.orders.model import Order
from ...runtime import Ask, AskError, Millis, NoSuchActor, Refusal, System
from .doomed import Doom
from .wording import LONGEST, Answered, Arm, ToDesk, decode_asked, encode_answered

PATIENCE: Final = Millis(120_000)  # for an order to be answered
_IN, _OUT = 0, 1


class Hand:
    """Asks the desk of the first bot. Where its pipe is closed, the process ends in order."""

    def __init__(self, doom: Doom) -> None:
        self._doom = doom

    async def run(self, system: System, bots: Sequence[Bot]) -> None:
        """See `Beside` of `benthic run`."""
        rest = b""
        async with trio.lowlevel.FdStream(os.dup(_IN)) as pipe, trio.open_nursery() as nursery:
            while part := await pipe.receive_some(LONGEST):
                *lines, rest = (rest + part).split(b"\n")
                for asked in map(decode_asked, lines):
                    wish = asked.ask
                    if isinstance(wish, Arm):  # before whatever comes after it
                        self._doom.arm(wish.point, wish.at)
                        say(Answered(asked.number))
                    else:
                        nursery.start_soon(_answer, system, bots[0], asked.number, wish)
            os.kill(os.getpid(), signal.SIGTERM)  # who started it is gone


def say(answer: Answered) -> None:
    """Unbuffered: a kill leaves no answer behind."""
    os.write(_OUT, encode_answered(answer) + b"\n")


async def _answer(system: System, bot: Bot, number: int, wish: ToDesk) -> None:
    message: Ask[Any] = wish.message
    try:
        came: Order | tuple[Order, ...] = await system.lookup(bot.paths.desk).ask(
            message, timeout=PATIENCE
        )
    except Refusal as refusal:
        say(Answered(number, refusal=_words(refusal)))
    except (AskError, NoSuchActor) as error:
        say(Answered(number, silence=_words(error)))
    else:
        say(Answered(number, (came,) if isinstance(came, Order) else came))


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
