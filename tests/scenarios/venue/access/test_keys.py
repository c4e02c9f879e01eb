"""Keys: which are taken, and what is said to those that are not."""

import random

import pytest

from benthic.runtime.errors import UsageError
from benthic.scenarios.venue.access.errors import ApiError
from benthic.scenarios.venue.access.keys import ApiKey, KeyRing, Secret, draw_key


def a_ring() -> tuple[KeyRing, ApiKey]:
    chance = random.Random(1)  # noqa: S311 - reproducible on purpose
    ring = KeyRing()
    key = ApiKey(
        key=draw_key(chance), secret=Secret(draw_key(chance)), account=3,
        addresses=frozenset(("10.0.0.1",)),
    )  # fmt: skip
    return ring, ring.add(key)


@pytest.mark.parametrize("text", [None, "", "short", "x" * 63, "x" * 65, "ä" * 64, "-" * 64])
def test_what_cannot_be_a_key_is_badly_formatted(text: str | None) -> None:
    ring, _ = a_ring()
    with pytest.raises(ApiError, match=r"-2014: API-key format invalid\.") as caught:
        ring.find(text, "10.0.0.1")

    assert caught.value.status == 401


def test_unknown_revoked_and_foreign_keys_are_rejected_alike() -> None:
    ring, key = a_ring()
    assert ring.find(key.key, "10.0.0.1") is key
    for text, address in (("y" * 64, "10.0.0.1"), (key.key, "10.0.0.2")):
        with pytest.raises(ApiError, match="-2015"):
            ring.find(text, address)
    ring.revoke(key.key)
    with pytest.raises(ApiError, match="-2015"):
        ring.find(key.key, "10.0.0.1")


def test_one_public_half_belongs_to_one_account() -> None:
    ring, key = a_ring()
    with pytest.raises(UsageError, match="is there already"):
        ring.add(key)

    assert ring.of_account(3) == [key]
    assert ring.get(key.key) is key
