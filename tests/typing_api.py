"""The public API, used as a user would: type-checked by mypy and basedpyright, never run.

A line here that a checker refuses is a break of the API, even where every test passes.
"""

from decimal import Decimal
from typing import assert_type

import attrs
import msgspec
import trio

from benthic import (
    Actor,
    Ask,
    Child,
    LiveClock,
    Millis,
    Ref,
    Refusal,
    Restart,
    Schedule,
    Strategy,
    Supervisor,
    System,
    Tell,
    VirtualClock,
    on,
    run_virtual,
)
from benthic.runtime import (
    AskTimeout,
    Backoff,
    BenthicError,
    DeadLetter,
    Mailbox,
    Overflow,
    Terminated,
    Trace,
)


class Deposit(msgspec.Struct, Tell, frozen=True):
    """A message as a msgspec Struct, without an answer."""

    amount: Decimal


@attrs.frozen
class Withdraw(Ask[Decimal]):
    """A message as an attrs class, answered with what is left."""

    amount: Decimal


class Owner(Ask[str]):
    """A message as a plain class."""


class Overdrawn(Refusal):
    """The answer is no."""


class Account(Actor):
    """Handlers of all three kinds."""

    def __init__(self, bank: str) -> None:
        self._bank = bank
        self._left = Decimal(0)

    def on_start(self) -> None:
        bank = self.lookup(self._bank)
        assert_type(bank, Ref)
        assert_type(self.now, Millis)
        assert_type(self.elapsed, Millis)
        assert_type(self.ref, Ref)
        assert_type(self.path, str)
        assert_type(self.chance.random(), float)
        timer = self.after(Millis(1_000), Deposit(Decimal(1)))
        timer.cancel()
        self.at(Millis(self.now + 1), Deposit(Decimal(1)))
        self.watch(bank)
        self.subscribe(bank, Deposit)
        self.spawn(self.listen)

    async def listen(self) -> None:
        await trio.sleep(1)
        self.ref.tell(Deposit(Decimal(1)))

    @on(Deposit)
    def deposit(self, message: Deposit) -> None:
        self._left += message.amount
        self.publish(message)

    @on(Withdraw)
    def withdraw(self, message: Withdraw) -> Decimal:
        if message.amount > self._left:
            raise Overdrawn
        self._left -= message.amount
        return self._left

    @on(Owner)
    async def owner(self, _: Owner) -> str:
        answer = await self.ask(self.ref, Owner(), timeout=Millis(5))
        assert_type(answer, str)
        await self.sleep(Millis(5))
        return answer

    @on(Terminated)
    def gone(self, message: Terminated) -> None:
        assert_type(message.ref, Ref)
        assert_type(message.reason, str)
        self.stop()

    @on(DeadLetter)
    def lost(self, message: DeadLetter) -> None:
        assert_type(message.path, str)


TREE = Supervisor(
    "bank",
    [
        Child(
            "account",
            lambda: Account("/bank"),
            restart=Restart.TRANSIENT,
            mailbox=Mailbox(bound=10, overflow=Overflow.DROP_OLDEST),
            stop_deadline=Millis(100),
        ),
        Supervisor("branches", [], strategy=Strategy.ONE_FOR_ALL),
    ],
    strategy=Strategy.REST_FOR_ONE,
    max_restarts=3,
    window=Millis(5_000),
    backoff=Backoff(base=Millis(10), factor=2, cap=Millis(100), jitter=0.5),
)


async def embed() -> None:
    """A live system in a nursery of the user's."""
    system = System(TREE, clock=LiveClock(), seed=7, schedule=Schedule.FIFO)
    async with trio.open_nursery() as nursery:
        await nursery.start(system.run)
        account = system.lookup("/bank/account")
        account.tell(Deposit(Decimal(1)))
        try:
            left = await account.ask(Withdraw(Decimal(1)), timeout=Millis(100))
            assert_type(left, Decimal)
        except (AskTimeout, Overdrawn) as error:
            assert_type(str(error), str)
        assert_type(account.is_alive, bool)
        assert_type(account.statistics().depth, int)
        await system.stop()


async def simulate(system: System) -> None:
    """A body that runs in virtual time."""
    account = system.lookup("/bank/account")
    await system.replay([(Millis(5), account, Deposit(Decimal(1)))])
    await system.settle()


def main() -> None:
    """Both worlds."""
    try:
        trio.run(embed)
    except* BenthicError as group:
        assert_type(group, ExceptionGroup[BenthicError])
    trace = Trace()
    system = System(
        TREE, clock=VirtualClock(start=Millis(0)), schedule=Schedule.SHUFFLE, trace=trace
    )
    assert_type(system, System)
    assert_type(trace.hash, str)
    run_virtual(TREE, simulate, seed=7)
