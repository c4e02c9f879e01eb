"""The heartbeat: whether turns are taken, told to the service manager only while they are.

The warden is asked, through the run queue that all actors share. Where an actor blocks the process
or turns are taken no more, there is no answer, and the manager hears nothing.
"""

from __future__ import annotations

from ...actors.bot.chronicle import Say
from ...runtime import AskError, Ref
from .notify import Notifier
from .warden import Beat


async def beat(warden: Ref, notifier: Notifier, say: Say, pause: float) -> bool:
    """One beat, which takes no longer than `pause`, s; whether there was one."""
    try:
        await warden.ask(Beat(), timeout=int(pause * 1000))
    except AskError:
        say("error", "no turns", {"for_s": pause})
        return False
    notifier.alive()
    return True
