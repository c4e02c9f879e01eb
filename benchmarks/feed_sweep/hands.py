"""What is done to a bot and its venue while a run goes on: flips, orders, lost networks, looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Final, Literal, TypeAlias

import attrs
import trio

from ...actors.exchange.market_messages import Topic
from ...actors.feeds.source_messages import GetSources, Prefer, Preference, TopicSource
from ...actors.matching.values import AccountId
from ...runtime import Millis, System
from ...scenarios.venue.network import Reached
from ..idle import resident
from .account import buy_a_little
from .cards import TOPICS
from .plan import Blow
from .setting import MINUTE, Setting, name_of
from .tree import source_of
from .witness import Seen

BOUGHT: Final = 20  # s from one order of the account's to the next
FLIPS: Final = 2  # topics that are told to come another way, each minute
BACK: Final[tuple[Preference, ...]] = ("auto", "stream")
Channel: TypeAlias = tuple[str, Topic, str]  # symbol, topic, frame
AHEAD: Final = 10_000  # ms before a fault for its topic to come the way that it strikes


@attrs.frozen
class Sample:
    """What there was at one moment."""

    at: Millis
    resident: int  # bytes
    mail: int  # messages that waited in the fullest mailbox
    dropped: int
    streams: int


@attrs.define
class Hands:
    """Everything that acts from outside during one run."""

    setting: Setting
    system: System
    reached: Reached
    seen: Seen
    struck: Sequence[Blow]
    flips: int = 0
    samples: list[Sample] = attrs.field(factory=list)
    fired: Counter[str] = attrs.field(factory=Counter[str])  # by name of the blow
    hashes: dict[int, str] = attrs.field(factory=dict)  # by minute, at each full hour
    _noted: int = 0  # entries of the record that were read

    def start(self, nursery: trio.Nursery, account: AccountId) -> None:
        """Let all of them begin."""
        nursery.start_soon(self._flip)
        nursery.start_soon(self._buy, account)
        nursery.start_soon(self._strike_network)

    async def _flip(self) -> None:
        """Each minute some topics are polled for a minute, and those of before need not be.

        What is struck in that time comes the way on which it is.
        """
        chance = Random(f"feeds/{self.setting.seed}/flips")  # noqa: S311 - must be repeatable
        polled = list[Channel]()
        for minute in range(self.setting.length // MINUTE):
            await trio.sleep(60)
            busy = self._prepare((minute + 1) * MINUTE)
            for channel in polled:
                if channel[1] not in busy:
                    self._prefer(channel, chance.choice(BACK))
            polled = [self._drawn(chance) for _ in range(FLIPS)]
            for channel in polled:
                if channel[1] not in busy:
                    self._prefer(channel, "poll")

    def _drawn(self, chance: Random) -> Channel:
        frame = str(chance.choice(self.setting.frames))
        return chance.choice(self.setting.symbols), chance.choice(TOPICS), frame

    def _prepare(self, now: int) -> set[Topic]:
        """The topics that are struck in this minute and the next, brought to the right way."""
        busy = set[Topic]()
        for blow in self.struck:
            topic = blow.card.topic
            if topic is None or not blow.at - AHEAD - MINUTE <= now <= blow.ceased + MINUTE:
                continue
            busy.add(topic)
            if now <= blow.at:
                self._bring(blow, topic, "stream" if blow.card.face == "push" else "poll")
            elif now > blow.ceased:
                self._bring(blow, topic, "auto")
        return busy

    def _bring(self, blow: Blow, topic: Topic, way: Preference) -> None:
        for symbol in self.setting.symbols:
            if blow.symbol in ("", name_of(symbol)):
                for frame in self.setting.frames if topic == "candles" else ("",):
                    self._prefer((symbol, topic, str(frame)), way)

    def _prefer(self, channel: Channel, preference: Preference) -> None:
        symbol, topic, frame = channel
        self.flips += 1
        source = self.system.lookup(source_of(symbol))
        source.tell(Prefer(topic, preference, frame if topic == "candles" else ""))

    async def _buy(self, account: AccountId) -> None:
        symbol = name_of(self.setting.symbols[0])
        while True:
            await trio.sleep(BOUGHT)
            buy_a_little(self.reached.venue, account, symbol)

    async def _strike_network(self) -> None:
        """Without names, or without a way, just as all sockets break (E1)."""
        began = trio.current_time()
        for blow in self.struck:
            if blow.card.face != "network":
                continue
            await trio.sleep_until(began + blow.at / 1000)
            self.fired[blow.name] += 1
            trouble: Literal["names", "cut"] = (
                "names" if blow.card.verb["verb"] == "names" else "cut"
            )
            with self.reached.network.without(trouble):
                self.reached.venue.close_sockets(1001, "gone")
                await trio.sleep((blow.ceased - blow.at) / 1000)

    def look(self, at: Millis) -> None:
        """Note what there is, and what has fired since the last look."""
        for entry in self.reached.faults.log.entries(after=self._noted):
            self._noted = entry.number
            if not entry.problem and not entry.title.endswith(", then"):
                self.fired[entry.title] += 1
        boxes = [node.mailbox for node in self.system.tree().walk() if node.mailbox is not None]
        self.samples.append(
            Sample(
                at=at,
                resident=resident(),
                mail=max(box.depth for box in boxes),
                dropped=sum(box.dropped for box in boxes),
                streams=self.reached.network.open_streams,
            )
        )

    async def sources(self) -> list[TopicSource]:
        """How every topic of every market comes now."""
        found = list[TopicSource]()
        for symbol in self.setting.symbols:
            found += await self.system.lookup(source_of(symbol)).ask(GetSources())
        return found
