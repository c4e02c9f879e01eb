"""Publish and subscribe, typed by message class.

A subscription names an event class and one publisher, or any. It belongs to the subscriber's
incarnation: a restarted actor subscribes again in `on_start`.
"""

from __future__ import annotations

from typing import Any

Key = tuple[Any, type]  # publisher or None for any, event class


class Topics:
    """Who hears what in one System."""

    def __init__(self) -> None:
        self._subscribers: dict[Key, list[Any]] = {}  # in the order of subscription
        self._keys: dict[Any, list[Key]] = {}  # of each subscriber
        self._resolved: list[Any] = []  # publishers that remember their audience

    def subscribe(self, subscriber: Any, publisher: Any, event_type: type) -> None:
        """Let `subscriber` hear events of exactly this class; twice is once."""
        key = (publisher, event_type)
        subscribers = self._subscribers.setdefault(key, [])
        if subscriber not in subscribers:
            subscribers.append(subscriber)
            self._keys.setdefault(subscriber, []).append(key)
            self._forget_audiences()

    def unsubscribe(self, subscriber: Any, publisher: Any, event_type: type) -> None:
        """End one subscription; harmless where there is none."""
        key = (publisher, event_type)
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

    def audience(self, publisher: Any, event_type: type) -> tuple[tuple[Any, Any], ...]:
        """Who hears `event_type` from `publisher`, with the handler of each incarnation, if any.

        Remembered in the publisher until it changes, as it does at every restart of a subscriber.
        """
        own = self._subscribers.get((publisher, event_type), [])
        anywhere = self._subscribers.get((None, event_type), [])
        heard = (*own, *(cell for cell in anywhere if cell not in own))
        found = tuple((cell, cell.table.get(event_type)) for cell in heard)
        if not publisher.audience:
            self._resolved.append(publisher)
        publisher.audience = {**publisher.audience, event_type: found}
        return found

    def anywhere(self, event_type: type) -> tuple[Any, ...]:
        """Who hears `event_type` from any publisher."""
        return tuple(self._subscribers.get((None, event_type), ()))

    def _forget_audiences(self) -> None:
        for publisher in self._resolved:
            publisher.audience = {}
        self._resolved.clear()
