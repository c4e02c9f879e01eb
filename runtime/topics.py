"""Publish and subscribe, typed by message class.

A subscription names an event class and one publisher, or any; and, where the class has an `about`,
perhaps the one thing that its events must be about. It belongs to the subscriber's incarnation: a
restarted actor subscribes again in `on_start`.
"""

from __future__ import annotations

from typing import Any, TypeAlias, final

from .errors import UsageError

Key = tuple[Any, type, str | None]  # publisher or None for any, event class, what it is about
Heard: TypeAlias = tuple[tuple[Any, Any], ...]
"""Who hears an event, with the handler of each incarnation, if any."""


@final
class ByTopic:
    """Who hears events of one class from one publisher, by what they are about."""

    def __init__(self, plain: Heard, named: dict[str, Heard]) -> None:
        self._plain = plain
        self._named = named

    def of(self, event: Any) -> Heard:
        """Who hears this one."""
        return self._named.get(event.about, self._plain)


class Topics:
    """Who hears what in one System."""

    def __init__(self) -> None:
        self._subscribers: dict[Key, list[Any]] = {}  # in the order of subscription
        self._keys: dict[Any, list[Key]] = {}  # of each subscriber
        self._resolved: list[Any] = []  # publishers that remember their audience

    def subscribe(
        self, subscriber: Any, publisher: Any, event_type: type, about: str | None = None
    ) -> None:
        """Let `subscriber` hear events of exactly this class; twice is once. Raises UsageError."""
        if about is not None and not hasattr(event_type, "about"):
            raise UsageError(
                f"{event_type.__name__} does not say what it is about: subscribe to all of them, "
                "or give the class a property `about`"
            )
        key = (publisher, event_type, about)
        subscribers = self._subscribers.setdefault(key, [])
        if subscriber not in subscribers:
            subscribers.append(subscriber)
            self._keys.setdefault(subscriber, []).append(key)
            self._forget_audiences()

    def unsubscribe(
        self, subscriber: Any, publisher: Any, event_type: type, about: str | None = None
    ) -> None:
        """End one subscription; harmless where there is none."""
        key = (publisher, event_type, about)
        if key in self._keys.get(subscriber, ()):
            self._keys[subscriber].remove(key)
            self._subscribers[key].remove(subscriber)
            self._forget_audiences()

    def forget(self, subscriber: Any) -> None:
        """End all subscriptions of one subscriber."""
        keys = self._keys.pop(subscriber, None)
        if keys:
            for key in keys:
                self._subscribers[key].remove(subscriber)
            self._forget_audiences()

    def audience(self, publisher: Any, event_type: type) -> Heard | ByTopic:
        """Who hears `event_type` from `publisher`.

        Remembered in the publisher until it changes, as it does at every restart of a subscriber.
        """
        sources = (publisher, None)
        plain = self._heard([(source, event_type, None) for source in sources])
        topics = dict.fromkeys(
            about
            for source, kind, about in self._subscribers
            if about is not None and kind is event_type and source in sources
        )
        found: Heard | ByTopic = plain
        if topics:
            named = {
                about: self._heard(
                    [(source, event_type, each) for source in sources for each in (None, about)]
                )
                for about in topics
            }
            found = ByTopic(plain, named)
        if not publisher.audience:
            self._resolved.append(publisher)
        publisher.audience = {**publisher.audience, event_type: found}
        return found

    def _heard(self, keys: list[Key]) -> Heard:
        """All who subscribed to one of these, each once."""
        cells = dict.fromkeys(cell for key in keys for cell in self._subscribers.get(key, ()))
        return tuple((cell, cell.table.get(keys[0][1])) for cell in cells)

    def anywhere(self, event_type: type) -> tuple[Any, ...]:
        """Who hears `event_type` from any publisher."""
        return tuple(self._subscribers.get((None, event_type, None), ()))

    def _forget_audiences(self) -> None:
        for publisher in self._resolved:
            publisher.audience = {}
        self._resolved.clear()
