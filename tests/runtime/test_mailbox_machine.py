"""Mailboxes against naive models, in the two shapes in which they run: plain and traced."""

from typing import Any

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from benthic.runtime import Mailbox, MailboxFull, Overflow, Tell, Trace
from benthic.runtime.mailbox import SystemMessage, make_mail
from benthic.runtime.pending import PendingAsk
from benthic.runtime.tracing import TracedMail

BOUND = 4


@attrs.frozen
class Price(Tell):
    symbol: str
    value: int


class Mark(SystemMessage):
    """Something of the runtime's."""

    def __init__(self, number: int) -> None:
        self.number = number


def by_symbol(message: object) -> str | None:
    return message.symbol if isinstance(message, Price) else None


class MailboxMachine(RuleBasedStateMachine):
    """A queue that may lose, replace or refuse; the model is a list and does it the long way."""

    overflow: Overflow
    traced = False

    def __init__(self) -> None:
        super().__init__()
        key = by_symbol if self.overflow is Overflow.CONFLATE else None
        mail: Any = make_mail("/bot/a", Mailbox(BOUND, self.overflow, key))
        self.mail: Any = TracedMail(mail, Trace()) if self.traced else mail
        self.model: list[Any] = []
        self.sent = 0
        self.asks: list[PendingAsk] = []

    def model_append(self, item: Any) -> None:
        """The rules, one after the other; raises where the sender is told."""
        if isinstance(item, SystemMessage):
            self.model.append(item)
            return
        if self.overflow is Overflow.CONFLATE and isinstance(item, Price):
            for index, waiting in enumerate(self.model):
                if isinstance(waiting, Price) and waiting.symbol == item.symbol:
                    self.model[index] = item
                    return
        if len(self.model) >= BOUND:
            if self.overflow is Overflow.CONFLATE:
                raise MailboxFull("/bot/a", bound=BOUND)
            if self.overflow is Overflow.DROP_OLDEST:
                self.drop_oldest_of_the_users()
        self.model.append(item)

    def drop_oldest_of_the_users(self) -> None:
        for index, waiting in enumerate(self.model):
            if not isinstance(waiting, SystemMessage):
                del self.model[index]
                return

    def append(self, item: Any) -> None:
        try:
            self.model_append(item)
        except MailboxFull:
            with pytest.raises(MailboxFull):
                self.mail.append(item)
        else:
            self.mail.append(item)

    @rule(symbol=st.sampled_from("ABCDEF"))
    def tell(self, symbol: str) -> None:
        self.sent += 1
        self.append(Price(symbol, self.sent))

    @rule()
    def ask(self) -> None:
        pending = PendingAsk(Price("ask", 0), None)
        self.append(pending)
        self.asks.append(pending)

    @rule()
    def queue_for_the_runtime(self) -> None:
        self.sent += 1
        self.append(Mark(self.sent))

    @rule()
    def put_first(self) -> None:
        self.sent += 1
        mark = Mark(self.sent)
        self.mail.appendleft(mark)
        self.model.insert(0, mark)

    @precondition(lambda self: self.model)
    @rule()
    def put_second(self) -> None:
        self.sent += 1
        mark = Mark(self.sent)
        self.mail.insert(1, mark)
        self.model.insert(1, mark)

    @precondition(lambda self: self.model)
    @rule()
    def take(self) -> None:
        assert self.mail.popleft() is self.model.pop(0)

    @rule()
    def empty(self) -> None:
        self.mail.clear()
        self.model.clear()

    @invariant()
    def as_many_wait_as_in_the_model(self) -> None:
        assert len(self.mail) == len(self.model)
        assert bool(self.mail) is bool(self.model)

    @invariant()
    def an_ask_that_was_dropped_has_an_answer(self) -> None:
        if self.overflow is Overflow.DROP_OLDEST:
            for pending in self.asks:
                assert not pending.done or isinstance(pending.error, MailboxFull)

    def teardown(self) -> None:
        while self.model:
            assert self.mail.popleft() is self.model.pop(0)
        assert not self.mail


class Dropping(MailboxMachine):
    overflow = Overflow.DROP_OLDEST


class TracedDropping(Dropping):
    traced = True


class Conflating(MailboxMachine):
    overflow = Overflow.CONFLATE


class TracedConflating(Conflating):
    traced = True


MACHINES = [Dropping, TracedDropping, Conflating, TracedConflating]
for _machine in MACHINES:
    _machine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)

TestDropping = Dropping.TestCase
TestTracedDropping = TracedDropping.TestCase
TestConflating = Conflating.TestCase
TestTracedConflating = TracedConflating.TestCase
