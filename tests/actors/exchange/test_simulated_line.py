"""The way to the simulated venue: cut, long, and asked for what it does not have."""

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.latency import Latency
from benthic.actors.exchange.messages import (
    Accepted,
    Cancel,
    FetchBook,
    FetchCandles,
    FetchForming,
    FetchFunding,
    FetchOpenInterest,
    FetchTrades,
    Fill,
    NotOffered,
    OrderRejected,
    OrderReport,
    Query,
)
from benthic.actors.exchange.simulated import SimulatedConnector
from benthic.runtime import (
    ActorCrashed,
    Child,
    Millis,
    Ref,
    StartFailed,
    Supervisor,
    System,
    UsageError,
    run_virtual,
)

from .trading import (
    DIP,
    MINUTE,
    PAIR,
    STILL,
    Diary,
    Fall,
    Request,
    a_bot,
    a_tape,
    a_venue,
    limit,
    market,
    play,
    traded,
)


@pytest.mark.parametrize("minute", [2, 3, 4])
def test_the_venue_keeps_its_orders_when_the_line_crashes(minute: int) -> None:
    bars = [STILL] * 7
    bars[minute - 1] = DIP
    tape = a_tape(bars)
    diary: Diary = []

    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        await system.replay([(MINUTE, line, Query("none", PAIR))])
        before = await line.ask(limit("bn-1", "95"))
        line.tell(Fall())
        await play(system, tape)

        report = await line.ask(Query("bn-1", PAIR))
        assert report is not None
        assert report.venue_id == before.venue_id
        assert (report.status, report.changed_at) == ("filled", minute * MINUTE)

    run_virtual(a_bot(a_venue(), tape, diary=diary, backoff=Millis(4 * MINUTE)), body)

    # The line was down when the bar ended; the report comes late and says when it was (B3).
    assert [(when, fill.at) for when, fill in diary if isinstance(fill, Fill)] == [
        (5 * MINUTE, minute * MINUTE)
    ]


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        (Query("bn-1", PAIR), "filled"),
        (Cancel("bn-1", PAIR), "UNKNOWN_ORDER"),
        (market("bn-1"), "taken"),
    ],
    ids=["query", "cancel", "submit"],
)
def test_a_request_that_waited_for_the_line_finds_the_market_of_then(
    waiting: Request, expected: str
) -> None:
    bars = [STILL, STILL, DIP, STILL, STILL, STILL, STILL]
    tape = a_tape(bars)
    told: list[str] = []

    async def ask_while_it_is_down(line: Ref) -> None:
        await trio.sleep(4 * 60)
        try:
            answer = await line.ask(waiting, timeout=10 * MINUTE)
        except OrderRejected as refusal:
            told.append(refusal.reason)
        else:
            told.append(answer.status if isinstance(answer, OrderReport) else "taken")

    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        await line.ask(limit("bn-1", "95"))
        line.tell(Fall())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask_while_it_is_down, line)
            await play(system, tape)

    run_virtual(a_bot(a_venue(), tape, backoff=Millis(5 * MINUTE)), body)

    assert told == [expected]


def test_requests_and_answers_take_the_time_of_the_way() -> None:
    bars = [STILL, (100.0, 101.0, 99.0, 101.0), (101.0, 102.0, 100.0, 102.0), STILL]
    latency = Latency(request=Millis(MINUTE), answer=Millis(500))

    diary = traded(bars, {1: [market("bn-1")]}, latency=latency)

    ((heard_at, answer),) = [(when, what) for when, what in diary if isinstance(what, Accepted)]
    assert heard_at == 2 * MINUTE + 500
    assert answer.fills[0].at == 2 * MINUTE
    assert answer.fills[0].price == 101  # of the candle that closes as the request arrives


def test_several_requests_are_on_their_way_at_once() -> None:
    latency = Latency(request=Millis(100), answer=Millis(100))

    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        answers: list[tuple[int, str]] = []

        async def ask(client_id: str) -> None:
            answers.append(((await line.ask(limit(client_id, "95"))).at, client_id))

        async with trio.open_nursery() as nursery:
            for number in range(3):
                nursery.start_soon(ask, f"bn-{number}")
        assert sorted(answers) == [(100, "bn-0"), (100, "bn-1"), (100, "bn-2")]
        assert system.clock.now() == 200
        with pytest.raises(OrderRejected, match="DUPLICATE_ORDER"):
            await line.ask(limit("bn-0", "95"))

    run_virtual(a_bot(a_venue(), a_tape([STILL]), latency=latency), body)


def test_every_request_and_every_refusal_travels_the_same_way() -> None:
    latency = Latency(request=Millis(100), answer=Millis(50))

    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        assert (await line.ask(limit("bn-1", "95"))).at == 100
        assert (await line.ask(Cancel("bn-1", PAIR))).at == 250
        report = await line.ask(Query("bn-1", PAIR))
        assert (report and report.status) == "cancelled"
        with pytest.raises(OrderRejected, match="UNKNOWN_ORDER"):
            await line.ask(Cancel("bn-1", PAIR))
        assert system.clock.now() == 600

    run_virtual(a_bot(a_venue(), a_tape([STILL]), latency=latency), body)


@pytest.mark.parametrize(
    ("cut_at", "status"),
    [(50, None), (150, "open")],
    ids=["before the venue has it", "before its answer is back"],
)
def test_a_cut_line_leaves_an_order_of_which_only_a_query_knows(
    cut_at: int, status: str | None
) -> None:
    latency = Latency(request=Millis(100), answer=Millis(100))

    async def body(system: System) -> None:
        line = system.lookup("/bot/line")

        async def cut() -> None:
            await trio.sleep(cut_at / 1000)
            line.tell(Fall())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(cut)
            with pytest.raises(ActorCrashed):  # unknown: A1 or A2
                await line.ask(limit("bn-1", "95"))
        report = await line.ask(Query("bn-1", PAIR))
        assert (report and report.status) == status

    run_virtual(a_bot(a_venue(), a_tape([STILL]), latency=latency), body)


def test_candles_of_the_past_are_told_and_none_of_the_future() -> None:
    tape = a_tape([STILL, DIP, STILL, DIP, STILL])

    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        assert await line.ask(FetchCandles(PAIR, "1m", 10)) == ()
        await system.replay([(3 * MINUTE + 1, line, Query("none", PAIR))])
        candles = await line.ask(FetchCandles(PAIR, "1m", 2))
        assert candles == (tape.candle(1), tape.candle(2))
        assert len(await line.ask(FetchCandles(PAIR, "1m", 10))) == 3
        with pytest.raises(NotOffered, match="ask for one of these: BTC/USDT 1m"):
            await line.ask(FetchCandles(PAIR, "5m", 10))

    run_virtual(a_bot(a_venue(), tape), body)


@given(since=st.integers(-1, 6 * MINUTE), limit=st.integers(1, 7), now=st.integers(0, 6 * MINUTE))
def test_candles_since_a_time_are_the_oldest_that_have_closed(
    since: int, limit: int, now: int
) -> None:
    tape = a_tape([STILL, DIP, STILL, DIP, STILL])

    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        await system.replay([(Millis(now), line, Query("none", PAIR))])
        known = [tape.candle(index) for index in range(len(tape))]
        found = await line.ask(FetchCandles(PAIR, "1m", limit, Millis(since)))
        wanted = [each for each in known if each.at >= since and each.at + MINUTE <= now]
        assert found == tuple(wanted[:limit])

    run_virtual(a_bot(a_venue(), tape), body)


def test_a_tape_has_candles_that_closed_and_nothing_else() -> None:
    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        assert await line.ask(FetchForming(PAIR, "1m")) is None
        with pytest.raises(NotOffered, match="5m"):
            await line.ask(FetchForming(PAIR, "5m"))
        for question, what in (
            (FetchBook(PAIR), "book"),
            (FetchFunding(PAIR), "funding"),
            (FetchOpenInterest(PAIR), "open interest"),
            (FetchTrades(PAIR, 10), "trades"),
        ):
            with pytest.raises(NotOffered, match=f"no {what} of BTC/USDT"):
                await line.ask(question)

    run_virtual(a_bot(a_venue(), a_tape([STILL])), body)


def test_a_venue_whose_market_is_on_no_tape_does_not_start() -> None:
    root = Supervisor(
        "bot", [Child("line", lambda: SimulatedConnector(a_venue(), [a_tape([STILL], "X/Y")]))]
    )

    async def body(_: System) -> None:
        pytest.fail("the tree started")

    with pytest.RaisesGroup(StartFailed, flatten_subgroups=True) as caught:
        run_virtual(root, body)

    (error,) = caught.value.exceptions
    assert isinstance(error.__cause__, UsageError)
    assert "BTC/USDT" in str(error.__cause__)


def test_nothing_arrives_before_it_was_sent() -> None:
    with pytest.raises(UsageError, match="before it was sent"):
        Latency(request=Millis(-1))
