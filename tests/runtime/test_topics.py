"""Publish and subscribe: by class of event, from one source or from any."""

from collections.abc import Awaitable, Callable
from random import Random

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    Child,
    Mailbox,
    MailboxFull,
    Schedule,
    Supervisor,
    System,
    Tell,
    UsageError,
    on,
    run_virtual,
)
from benthic.runtime.topics import Topics

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


@attrs.frozen
class Price(Tell):
    value: int


@attrs.frozen
class FinalPrice(Price):
    """A subclass: somebody else's event."""


@attrs.frozen
class Publish(Ask[None]):
    event: Tell


@attrs.frozen
class Subscribe(Ask[None]):
    source: str | None


@attrs.frozen
class Unsubscribe(Ask[None]):
    source: str | None


@attrs.frozen
class Heard(Ask[tuple[int, ...]]):
    pass


@attrs.frozen
class Crash(Tell):
    pass


@attrs.frozen
class Busy(Tell):
    ms: int


class Feed(Actor):
    @on(Publish)
    def pass_on(self, message: Publish) -> None:
        self.publish(message.event)

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")


class Listener(Actor):
    def __init__(self) -> None:
        self.heard: list[int] = []

    @on(Subscribe)
    def start(self, message: Subscribe) -> None:
        source = None if message.source is None else self.lookup(message.source)
        self.subscribe(source, Price)

    @on(Unsubscribe)
    def end(self, message: Unsubscribe) -> None:
        source = None if message.source is None else self.lookup(message.source)
        self.unsubscribe(source, Price)

    @on(Price, FinalPrice)
    def hear(self, message: Price) -> None:
        self.heard.append(message.value)

    @on(Heard)
    def tell_heard(self, _: Heard) -> tuple[int, ...]:
        return tuple(self.heard)

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Busy)
    async def be_busy(self, message: Busy) -> None:
        await self.sleep(message.ms)


def a_tree(mailbox: Mailbox | None = None) -> Supervisor:
    return Supervisor(
        "bot",
        [
            Child("feed", Feed),
            Child("other", Feed),
            Child("one", Listener, mailbox=mailbox or Mailbox()),
            Child("two", Listener),
        ],
        backoff=AT_ONCE,
    )


async def heard(system: System, name: str) -> tuple[int, ...]:
    await trio.testing.wait_all_tasks_blocked()
    return await system.lookup(f"/bot/{name}").ask(Heard())


def test_an_event_reaches_those_who_subscribed_to_its_source(run: Run) -> None:
    async def body(system: System) -> None:
        await system.lookup("/bot/one").ask(Subscribe("feed"))
        await system.lookup("/bot/feed").ask(Publish(Price(1)))
        await system.lookup("/bot/other").ask(Publish(Price(2)))

        assert await heard(system, "one") == (1,)
        assert await heard(system, "two") == ()

    run(a_tree(), body)


def test_an_event_reaches_those_who_subscribed_to_any_source(run: Run) -> None:
    async def body(system: System) -> None:
        await system.lookup("/bot/one").ask(Subscribe(None))
        await system.lookup("/bot/feed").ask(Publish(Price(1)))
        await system.lookup("/bot/other").ask(Publish(Price(2)))

        assert await heard(system, "one") == (1, 2)

    run(a_tree(), body)


def test_an_event_is_heard_once_however_often_it_was_subscribed_to(run: Run) -> None:
    async def body(system: System) -> None:
        for source in ("feed", "feed", None, "other"):
            await system.lookup("/bot/one").ask(Subscribe(source))
        await system.lookup("/bot/feed").ask(Publish(Price(1)))

        assert await heard(system, "one") == (1,)

    run(a_tree(), body)


def test_a_subscription_is_for_exactly_one_class(run: Run) -> None:
    async def body(system: System) -> None:
        await system.lookup("/bot/one").ask(Subscribe("feed"))
        await system.lookup("/bot/feed").ask(Publish(FinalPrice(1)))

        assert await heard(system, "one") == ()

    run(a_tree(), body)


def test_an_unsubscribed_listener_hears_no_more(run: Run) -> None:
    async def body(system: System) -> None:
        one, feed = system.lookup("/bot/one"), system.lookup("/bot/feed")
        await one.ask(Subscribe("feed"))
        await feed.ask(Publish(Price(1)))
        await one.ask(Unsubscribe("feed"))
        await one.ask(Unsubscribe("feed"))
        await feed.ask(Publish(Price(2)))

        assert await heard(system, "one") == (1,)

    run(a_tree(), body)


def test_a_subscription_ends_with_its_incarnation(run: Run) -> None:
    """Trap 4."""

    async def body(system: System) -> None:
        one, feed = system.lookup("/bot/one"), system.lookup("/bot/feed")
        await one.ask(Subscribe("feed"))
        await one.ask(Subscribe(None))
        one.tell(Crash())
        await one.ask(Heard())
        await feed.ask(Publish(Price(1)))

        assert await heard(system, "one") == ()
        assert system.dead_letters.count == 0

    run(a_tree(), body)


def test_a_subscription_survives_the_restart_of_its_source(run: Run) -> None:
    async def body(system: System) -> None:
        one, feed = system.lookup("/bot/one"), system.lookup("/bot/feed")
        await one.ask(Subscribe("feed"))
        feed.tell(Crash())
        await feed.ask(Publish(Price(1)))

        assert await heard(system, "one") == (1,)

    run(a_tree(), body)


def test_events_are_delivered_in_the_order_of_subscription() -> None:
    order: list[str] = []

    class Noting(Listener):
        @on(Price)
        def hear(self, _: Price) -> None:
            order.append(self.path)

    async def body(system: System) -> None:
        for name in "bac":
            await system.lookup(f"/bot/{name}").ask(Subscribe("feed"))
        await system.lookup("/bot/feed").ask(Publish(Price(1)))
        await system.settle()

    tree = Supervisor("bot", [Child("feed", Feed), *(Child(name, Noting) for name in "abc")])
    run_virtual(tree, body)

    assert order == ["/bot/b", "/bot/a", "/bot/c"]


def test_one_full_mailbox_does_not_keep_an_event_from_the_others(schedule: Schedule) -> None:
    """H8: the publisher is told, after everybody else was."""
    raised: list[str] = []

    class Careful(Feed):
        @on(Publish)
        def pass_on(self, message: Publish) -> None:
            try:
                self.publish(message.event)
            except MailboxFull as error:
                raised.append(error.path)

    tree = Supervisor(
        "bot",
        [
            Child("feed", Careful),
            Child("one", Listener, mailbox=Mailbox(bound=1)),
            Child("two", Listener),
        ],
    )

    async def body(system: System) -> None:
        one, two = system.lookup("/bot/one"), system.lookup("/bot/two")
        await one.ask(Subscribe("feed"))
        await two.ask(Subscribe("feed"))
        one.tell(Busy(100))
        await system.settle()
        for value in range(3):
            await system.lookup("/bot/feed").ask(Publish(Price(value)))

        assert await two.ask(Heard()) == (0, 1, 2)
        assert raised == ["/bot/one", "/bot/one"]
        await trio.sleep(0.2)
        assert await one.ask(Heard()) == (0,)

    run_virtual(tree, body, schedule=schedule)


@pytest.mark.parametrize("crashing", ["one", "two"])
def test_a_listener_that_crashes_does_not_keep_an_event_from_the_others(
    crashing: str, run: Run
) -> None:
    class Allergic(Listener):
        @on(Price)
        def hear(self, message: Price) -> None:
            if self.path.endswith(crashing):
                raise ValueError("no prices, please")
            super().hear(message)

    tree = Supervisor(
        "bot",
        [Child("feed", Feed), Child("one", Allergic), Child("two", Allergic)],
        backoff=AT_ONCE,
    )

    async def body(system: System) -> None:
        for name in ("one", "two"):
            await system.lookup(f"/bot/{name}").ask(Subscribe("feed"))
        await system.lookup("/bot/feed").ask(Publish(Price(4)))
        other = "two" if crashing == "one" else "one"

        assert await heard(system, other) == (4,)
        assert await heard(system, crashing) == ()
        assert [node.restarts for node in system.tree().children].count(1) == 1

    run(tree, body)


@attrs.frozen
class Quote(Tell):
    """An event that says what it is about."""

    about: str
    value: int


@attrs.frozen
class Follow(Ask[None]):
    about: str | None


@attrs.frozen
class Leave(Ask[None]):
    about: str | None


class Follower(Actor):
    """Subscribes to the quotes of one thing, or of all."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    @on(Follow)
    def follow(self, message: Follow) -> None:
        self.subscribe(self.lookup("/bot/feed"), Quote, about=message.about)

    @on(Leave)
    def leave(self, message: Leave) -> None:
        self.unsubscribe(self.lookup("/bot/feed"), Quote, about=message.about)

    @on(Quote)
    def hear(self, message: Quote) -> None:
        self.heard.append(message.value)

    @on(Heard)
    def tell_heard(self, _: Heard) -> tuple[int, ...]:
        return tuple(self.heard)


FOLLOWERS = Supervisor(
    "bot", [Child("feed", Feed), Child("one", Follower), Child("two", Follower)], backoff=AT_ONCE
)


def test_who_wants_events_about_one_thing_hears_of_no_other(run: Run) -> None:
    """Against a set of topics for each follower, over a few hundred drawn steps."""

    async def body(system: System) -> None:
        chance = Random(3)  # noqa: S311 - draws, no secrets
        feed = system.lookup("/bot/feed")
        followed: dict[str, set[str | None]] = {"one": set(), "two": set()}
        expected: dict[str, list[int]] = {"one": [], "two": []}
        for number in range(300):
            name, about = chance.choice(("one", "two")), chance.choice((None, "a", "b", "c"))
            if chance.random() < 1 / 2:
                topic = about or "d"
                await feed.ask(Publish(Quote(topic, number)))
                for each, topics in followed.items():
                    if topics & {None, topic}:
                        expected[each].append(number)
            elif chance.random() < 1 / 2:
                await system.lookup(f"/bot/{name}").ask(Follow(about))
                followed[name].add(about)
            else:
                await system.lookup(f"/bot/{name}").ask(Leave(about))
                followed[name].discard(about)

        assert await heard(system, "one") == tuple(expected["one"]) != ()
        assert await heard(system, "two") == tuple(expected["two"]) != ()

    run(FOLLOWERS, body)


def test_a_class_that_says_nothing_of_what_it_is_about_cannot_be_chosen_from() -> None:
    with pytest.raises(UsageError, match="Price does not say what it is about"):
        Topics().subscribe("me", None, Price, "BTC/USDT")
