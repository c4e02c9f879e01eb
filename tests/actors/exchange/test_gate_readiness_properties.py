"""What a gate decides: never open early, always open in the end, with its reasons (R4)."""

from collections.abc import Iterable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.gate.requirements import (
    FUTURES,
    SPOT,
    NotReady,
    Readiness,
    Ready,
    Requirement,
    requirements,
)
from benthic.actors.market.listing import Family
from benthic.runtime import Millis

MAX_AGES = {"price": Millis(400), "candles": Millis(700), "balance": Millis(900)}
Event = tuple[int, int, str, Requirement]  # heard at, true at, what, of what


def drawn(chance: Random, required: tuple[Requirement, ...]) -> list[Event]:
    """Facts and losses that are heard up to 100 ms after they were true, in any order."""
    events: list[Event] = []
    for requirement in required:
        for _ in range(chance.choice((1, 2, 4))):
            at = chance.randint(1, 1_000)
            what = "lost" if chance.random() < 0.1 else "known"
            events.append((at + chance.randint(0, 100), at, what, requirement))
    chance.shuffle(events)
    return sorted(events, key=lambda event: event[0])


class Heard:
    """All there is to it: each requirement has a fact after its last loss, and not too old."""

    def __init__(self) -> None:
        self._count = 0
        self._facts: dict[Requirement, list[tuple[int, int]]] = {}  # at, the how-manieth
        self._losses: dict[Requirement, list[tuple[int, int]]] = {}

    def add(self, requirement: Requirement, what: str, at: int) -> None:
        self._count += 1
        told = self._facts if what == "known" else self._losses
        told.setdefault(requirement, []).append((at, self._count))

    def is_open(self, required: Iterable[Requirement], now: int) -> bool:
        return all(self._is_met(each, now) for each in required)

    def _is_met(self, requirement: Requirement, now: int) -> bool:
        newest = max(self._facts.get(requirement, ()), default=(-1, 0))
        lost = max(self._losses.get(requirement, ()), default=(-1, 0))
        return newest > lost and now - newest[0] <= MAX_AGES.get(requirement.part, now)


@settings(max_examples=1_000)
@given(
    st.randoms(use_true_random=True),
    st.sampled_from(["spot", "linear", "option"]),
    st.integers(1, 2),
    st.integers(1, 2),
)
def test_a_gate_never_opens_early_and_always_opens_in_the_end(
    chance: Random, family: Family, symbols: int, frames: int
) -> None:
    required = requirements(family, ("A/B", "C/D")[:symbols], ("1m", "1h")[:frames])
    readiness = Readiness(required, max_ages=MAX_AGES)
    heard = Heard()
    for now, at, what, requirement in drawn(chance, required):
        heard.add(requirement, what, at)
        if what == "known":
            changes = readiness.tell(requirement, at=Millis(at), now=Millis(now))
            assert changes or heard.is_open((requirement,), now)
        else:
            readiness.lose(requirement, at=Millis(at), why="the line broke")
        verdict = readiness.verdict(now=Millis(now))

        assert isinstance(verdict, Ready) == heard.is_open(required, now)
        assert str(verdict)
        later = readiness.next_change(now=Millis(now))
        if isinstance(verdict, Ready) and verdict.until is not None:
            assert later == verdict.until + 1

    missing = list(required)
    chance.shuffle(missing)
    for number, requirement in enumerate(missing):
        readiness.tell(requirement, at=Millis(2_000))
        # Old news about it, which comes later, changes nothing.
        readiness.tell(requirement, at=Millis(chance.randint(0, 1_999)))
        readiness.lose(requirement, at=Millis(chance.randint(0, 1_999)), why="long ago")
        verdict = readiness.verdict(now=Millis(2_000))
        reasons = verdict.reasons if isinstance(verdict, NotReady) else ()
        closed = {each for each in missing[number + 1 :] if not heard.is_open((each,), 2_000)}
        assert {each.requirement for each in reasons} == closed
    assert readiness.verdict(now=Millis(2_000)) == Ready(Millis(2_400))
    late = readiness.verdict(now=Millis(2_401))
    assert isinstance(late, NotReady)
    assert {(each.requirement.part, each.kind) for each in late.reasons} == {("price", "stale")}


def test_the_reasons_can_be_read_at_any_time() -> None:
    price, orders = Requirement("price", "BTC/USDT"), Requirement("orders", "BTC/USDT")
    readiness = Readiness((price, orders), max_ages={"price": Millis(5_000)})

    assert str(readiness.verdict(now=Millis(10_000))) == (
        "price BTC/USDT: not heard yet; orders BTC/USDT: not heard yet"
    )
    readiness.tell(price, at=Millis(10_000))
    readiness.lose(orders, at=Millis(11_000), why="the user stream has expired")
    assert str(readiness.verdict(now=Millis(15_500))) == (
        "price BTC/USDT: 5500 ms old; "
        "orders BTC/USDT: lost 4500 ms ago: the user stream has expired"
    )


def test_a_loss_is_made_good_only_by_what_was_true_after_it() -> None:
    orders = Requirement("orders", "BTC/USDT")
    readiness = Readiness((orders,))
    readiness.lose(orders, at=Millis(10_000), why="cut")

    readiness.tell(orders, at=Millis(9_999))
    assert isinstance(readiness.verdict(now=Millis(20_000)), NotReady)
    readiness.tell(orders, at=Millis(10_001))
    assert readiness.verdict(now=Millis(20_000)) == Ready(None)


def test_of_the_same_millisecond_the_last_word_counts() -> None:
    candles = Requirement("candles", "BTC/USDT", "1m")
    readiness = Readiness((candles,))

    readiness.lose(candles, at=Millis(10_000), why="the feed has started")
    readiness.tell(candles, at=Millis(10_000))
    assert readiness.verdict(now=Millis(10_000)) == Ready(None)
    readiness.lose(candles, at=Millis(10_000), why="cut")
    assert isinstance(readiness.verdict(now=Millis(10_000)), NotReady)


def test_a_frame_may_have_an_age_of_its_own() -> None:
    required = requirements("spot", ("A/B",), ("1m", "1h"))[-2:]
    readiness = Readiness(required, max_ages={"candles": Millis(10), "candles 1h": Millis(100)})
    for each in required:
        readiness.tell(each, at=Millis(1))

    assert str(readiness.verdict(now=Millis(12))) == "candles A/B 1m: 11 ms old"
    assert readiness.next_change(now=Millis(12)) == 102
    assert readiness.verdict(now=Millis(101), frame="1h") == Ready(Millis(101))


def test_what_is_of_the_future_comes_true_at_its_time() -> None:
    price = Requirement("price", "BTC/USDT")
    readiness = Readiness((price,))

    readiness.tell(price, at=Millis(10_001))
    assert readiness.next_change(now=Millis(10_000)) == 10_001


def test_a_symbol_waits_for_its_own_and_for_the_account_alone() -> None:
    required = requirements("spot", ("A/B", "C/D"), ("1m", "1h"))
    readiness = Readiness(required)
    for each in required:
        if each.symbol != "C/D" and each.frame != "1h":
            readiness.tell(each, at=Millis(1))

    assert isinstance(readiness.verdict(now=Millis(1), symbol="A/B", frame="1m"), Ready)
    assert isinstance(readiness.verdict(now=Millis(1), symbol="A/B", frame="1h"), NotReady)
    assert isinstance(readiness.verdict(now=Millis(1), symbol="C/D", frame="1m"), NotReady)


def test_a_fact_of_the_future_opens_nothing() -> None:
    price = Requirement("price", "BTC/USDT")
    readiness = Readiness((price,))

    readiness.tell(price, at=Millis(10_001))

    assert isinstance(readiness.verdict(now=Millis(10_000)), NotReady)
    assert isinstance(readiness.verdict(now=Millis(10_001)), Ready)


def test_the_parts_are_those_that_a_market_has() -> None:
    assert {each.part for each in requirements("spot", ("A/B",), ("1m",))} == set(SPOT)
    for family in ("linear", "inverse"):
        assert {each.part for each in requirements(family, ("A/B",), ("1m",))} == set(FUTURES)
    options = {each.part for each in requirements("option", ("A/B",), ("1m",))}
    assert options == set(FUTURES) - {"funding"}
    assert len(requirements("linear", ("A/B", "C/D"), ("1m", "1h"))) == 2 + 6 * 2 + 4


def test_what_is_not_required_is_heard_and_forgotten() -> None:
    readiness = Readiness((Requirement("store"),))
    readiness.tell(Requirement("price", "A/B"), at=Millis(1))
    readiness.lose(Requirement("price", "A/B"), at=Millis(2), why="x")
    readiness.tell(Requirement("store"), at=Millis(1))

    assert readiness.required == (Requirement("store"),)
    assert readiness.verdict(now=Millis(3)) == Ready(None)
