"""A trio program of your own with a tree of actors in it, in virtual time: `python embed.py`."""

import msgspec
import trio

from benthic import Actor, Child, Millis, Supervisor, System, Tell, VirtualClock, on


class Tick(msgspec.Struct, Tell, frozen=True):
    """Another minute has passed."""


class Lamp(Actor):
    """Blinks once a minute, and burns out at every third blink: its supervisor puts a new one in."""

    blinks = 0

    def on_start(self) -> None:
        self.after(Millis(60_000), Tick())

    @on(Tick)
    def tick(self, _: Tick) -> None:
        self.blinks += 1
        print(f"{self.now // 1_000:>4} s  blink {self.blinks}")
        if self.blinks == 3:
            raise RuntimeError("burnt out")
        self.after(Millis(60_000), Tick())


async def main() -> None:
    async with trio.open_nursery() as nursery:
        system: System = await nursery.start(System(tree, clock=clock, seed=1).run)
        with trio.move_on_after(600):  # ten minutes, over in an instant
            await trio.sleep_forever()
        print(system.tree())
        await system.stop()


clock = VirtualClock()
tree = Supervisor("house", [Child("lamp", Lamp)])
trio.run(main, clock=clock)
