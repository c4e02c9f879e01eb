"""A trio program of your own with a tree of actors in it, in virtual time: `python embed.py`."""

import msgspec
import trio

from benthic import Actor, Child, Millis, Supervisor, System, Tell, VirtualClock, on

LIFETIME = 3  # blinks


class Tick(msgspec.Struct, Tell, frozen=True):
    """Another minute has passed."""


class Lamp(Actor):
    """Blinks once a minute and burns out at its third blink; the supervisor has a new one."""

    blinks = 0

    def on_start(self) -> None:
        self.after(Millis(60_000), Tick())

    @on(Tick)
    def tick(self, _: Tick) -> None:
        self.blinks += 1
        print(f"{self.now // 1_000:>4} s  blink {self.blinks}")
        if self.blinks == LIFETIME:
            raise RuntimeError("burnt out")
        self.after(Millis(60_000), Tick())


async def main() -> None:
    """Ten minutes of the house, which are over in an instant."""
    async with trio.open_nursery() as nursery:
        system: System = await nursery.start(System(tree, clock=clock, seed=1).run)
        with trio.move_on_after(600):
            await trio.sleep_forever()
        print(system.tree())
        await system.stop()


clock = VirtualClock()
tree = Supervisor("house", [Child("lamp", Lamp)])
trio.run(main, clock=clock)
