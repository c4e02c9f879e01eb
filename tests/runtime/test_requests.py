"""Requests: asks that do not hold the mailbox. The outcome comes now, or later as a message."""

import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    ActorStopped,
    AskTimeout,
    Child,
    Mailbox,
    MailboxFull,
    Millis,
    Outcome,
    Refusal,
    Schedule,
    Supervisor,
    System,
    Trace,
    UnknownMessage,
    UsageError,
    on,
    run_virtual,
)

from .requesting import (
    Answerer,
    AskBack,
    Asker,
    Break,
    Crash,
    Double,
    Go,
    Heard,
    Later,
    Name,
    Refuse,
    Run,
    Unheard,
    heard_by,
    pair,
)


def test_each_request_has_one_outcome_with_its_token(run: Run) -> None:
    async def body(system: System) -> None:
        questions = (Double(4), Double(5, 20), Refuse(), Refuse(5), Unheard(), Later(6, 5))
        system.lookup("/app/asker").tell(Go(questions))
        heard = [each for each in await heard_by(system, 7) if isinstance(each, tuple)]

        assert sorted(heard) == [
            (0, 8),
            (1, 10),
            (2, Refusal),
            (3, Refusal),
            (4, UnknownMessage),
            (5, 12),
        ]

    run(pair(), body)


def test_the_mailbox_goes_on_while_a_request_is_under_way(run: Run) -> None:
    async def body(system: System) -> None:
        asker = system.lookup("/app/asker")
        asker.tell(Go((Double(1, 200),)))
        assert await asker.ask(Name(), timeout=100) == "asker"
        assert await asker.ask(Heard()) == ()
        assert await heard_by(system, 1) == ((0, 2),)

    run(pair(), body)


@pytest.mark.parametrize("schedule", [Schedule.FIFO, Schedule.DIRECT])
def test_an_idle_target_answers_within_the_turn(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        asker = system.lookup("/app/asker")
        asker.tell(Go((Double(1), Refuse(), Unheard())))
        heard = await asker.ask(Heard())  # the very next turn
        assert heard == ((0, 2), (1, Refusal), (2, UnknownMessage))

    run_virtual(pair(), body, schedule=schedule)


def test_what_the_target_published_before_it_answered_comes_first(run: Run) -> None:
    async def body(system: System) -> None:
        system.lookup("/app/asker").tell(Go((Later(3, 10),)))
        assert await heard_by(system, 2) == ("before the answer", (0, 6))

    run(pair(), body)


def test_a_target_may_ask_back_since_nobody_waits_for_it(run: Run) -> None:
    async def body(system: System) -> None:
        system.lookup("/app/asker").tell(Go((AskBack(),)))
        assert await heard_by(system, 1) == ((0, "asker"),)

    run(pair(), body)


def test_a_request_that_is_not_answered_in_time_is_an_outcome_and_no_later_one(run: Run) -> None:
    async def body(system: System) -> None:
        system.lookup("/app/asker").tell(Go((Double(1, 60),), timeout=20))
        assert await heard_by(system, 1) == ((0, AskTimeout),)
        await trio.sleep(0.1)
        assert len(await heard_by(system, 1)) == 1

    run(pair(), body)


def test_the_deadline_of_a_request_passes_in_time() -> None:
    async def body(system: System) -> None:
        asker = system.lookup("/app/asker")
        asker.tell(Go((Double(1, 50), Double(2, 10_000)), timeout=300))
        await trio.sleep(0.29)
        assert await asker.ask(Heard()) == ((0, 2),)
        await trio.sleep(0.02)
        assert await asker.ask(Heard()) == ((0, 2), (1, AskTimeout))

    run_virtual(pair(), body)


def test_a_target_that_crashes_gives_an_outcome_too(run: Run) -> None:
    async def body(system: System) -> None:
        asker = system.lookup("/app/asker")
        asker.tell(Go((Crash(),)))
        assert (await heard_by(system, 1))[0] == (0, ActorCrashed)
        asker.tell(Go((Crash(5),)))
        assert (await heard_by(system, 2))[1] == (0, ActorCrashed)
        asker.tell(Go((Double(1),)))
        assert (await heard_by(system, 3))[2] == (0, 2)

    run(pair(), body)


def test_a_target_that_is_dead_is_an_outcome_at_once(run: Run) -> None:
    async def body(system: System) -> None:
        system.lookup("/app/answerer").stop()
        await trio.sleep(0.05)
        system.lookup("/app/asker").tell(Go((Double(1),)))
        assert await heard_by(system, 1) == ((0, ActorStopped),)

    run(pair(), body)


def test_a_target_that_stops_meanwhile_is_an_outcome(run: Run) -> None:
    async def body(system: System) -> None:
        system.lookup("/app/asker").tell(Go((Later(1, 5_000),)))
        await trio.sleep(0.02)
        system.lookup("/app/answerer").stop()
        assert (await heard_by(system, 1))[0] == (0, ActorCrashed)

    run(pair(), body)


def test_a_full_mailbox_is_an_outcome() -> None:
    async def body(system: System) -> None:
        questions = tuple(Double(n, 50) for n in range(4))
        system.lookup("/app/asker").tell(Go(questions))
        heard = await heard_by(system, 4)
        assert sum(MailboxFull in each for each in heard if isinstance(each, tuple)) == 1

    run_virtual(pair(mailbox=Mailbox(bound=2)), body)


def test_an_asker_that_crashes_hears_nothing_of_what_it_asked_before(run: Run) -> None:
    heard: list[object] = []

    async def body(system: System) -> None:
        asker = system.lookup("/app/asker")
        asker.tell(Go((Double(1, 30), Double(2, 30), Later(3, 200))))
        asker.tell(Break())
        await trio.sleep(0.5)
        assert await asker.ask(Heard()) == ()
        asker.tell(Go((Double(4),)))
        assert await heard_by(system, 1) == ((0, 8),)

    run(pair(heard), body)


def test_what_a_crashed_asker_asked_and_nobody_took_up_is_withdrawn() -> None:
    answerers: list[Answerer] = []

    def answerer() -> Answerer:
        answerers.append(Answerer())
        return answerers[-1]

    async def body(system: System) -> None:
        asker = system.lookup("/app/asker")
        asker.tell(Go((Double(1, 50), Double(2, 50))))
        asker.tell(Break())
        await trio.sleep(1)
        assert answerers[0].doubled == [1]  # the second waited in the mailbox

    tree = Supervisor("app", [Child("answerer", answerer), Child("asker", Asker)], backoff=AT_ONCE)
    run_virtual(tree, body)


def test_a_stop_of_the_asker_leaves_nothing_behind(run: Run) -> None:
    async def body(system: System) -> None:
        system.lookup("/app/asker").tell(Go((Double(1, 20), Later(2, 40))))
        await trio.sleep(0.005)
        asker = system.lookup("/app/asker")
        asker.stop()
        await trio.sleep(0.1)
        assert not asker.is_alive
        assert await system.lookup("/app/answerer").ask(Double(3)) == 6
        assert not [letter for letter in system.dead_letters.latest if "Outcome" in str(letter)]

    run(pair(), body)


class Deaf(Actor):
    @on(Go)
    def go(self, _: Go) -> None:
        self.request(self.ref, Name())


def test_an_actor_that_cannot_hear_outcomes_makes_no_request() -> None:
    async def body(system: System) -> None:
        system.lookup("/app/deaf").tell(Go(()))
        await trio.sleep(0.1)

    with pytest.raises(ExceptionGroup) as failure:
        run_virtual(Supervisor("app", [Child("deaf", Deaf)], max_restarts=0), body)
    assert "declare a handler with @on(Outcome)" in _all(failure.value)


def _all(error: BaseException | None) -> str:
    if error is None:
        return ""
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return "\n".join([str(error), _all(error.__cause__), *map(_all, inner)])


@pytest.mark.parametrize("seed", range(5))
def test_two_runs_of_one_seed_have_the_same_turns(seed: int) -> None:
    def hash_of_run() -> str:
        trace = Trace()

        async def body(system: System) -> None:
            questions = tuple(Double(n, 7 * n % 5) for n in range(6))
            system.lookup("/app/asker").tell(Go((*questions, Later(3, 4), Crash(50))))
            await trio.sleep(1)

        run_virtual(
            pair(), body, seed=seed, schedule=Schedule.SHUFFLE, trace=trace, start=Millis(0)
        )
        return trace.hash

    assert hash_of_run() == hash_of_run()


def test_a_request_to_oneself_is_answered_in_a_later_turn(run: Run) -> None:
    class Own(Asker):
        def on_start(self) -> None:
            pass

        @on(Go)
        def go(self, _: Go) -> None:
            assert self.request(self.ref, Name(), "self") is None
            assert self.backlog

    async def body(system: System) -> None:
        system.lookup("/app/asker").tell(Go(()))
        assert await heard_by(system, 1) == (("self", "asker"),)

    run(Supervisor("app", [Child("asker", Own)]), body)


def test_an_outcome_gives_its_answer_or_raises_its_error() -> None:
    assert Outcome("t", 3).get() == 3
    with pytest.raises(UsageError, match="no"):
        Outcome("t", None, UsageError("no")).get()
