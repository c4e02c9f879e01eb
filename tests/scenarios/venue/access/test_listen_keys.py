"""Listen keys: one an account, dead after an hour unless they are kept."""

import random

import pytest

from benthic.runtime import Millis
from benthic.scenarios.venue.access.errors import ApiError
from benthic.scenarios.venue.access.listen_keys import LIFE, ListenKeys

START = Millis(1_767_225_600_000)


def some_keys() -> ListenKeys:
    return ListenKeys(random.Random(5))  # noqa: S311 - reproducible on purpose


def test_asking_again_gives_the_same_key_and_another_life() -> None:
    keys = some_keys()
    key = keys.create(1, START)
    again = keys.create(1, Millis(START + LIFE - 1))

    assert again == key
    assert keys.account(key, Millis(START + LIFE)) == 1
    assert keys.create(2, START) != key


def test_a_key_that_nobody_keeps_dies_after_an_hour() -> None:
    keys = some_keys()
    key = keys.create(1, START)

    assert keys.take_expired(Millis(START + LIFE - 1)) == []
    assert keys.take_expired(Millis(START + LIFE)) == [(key, 1)]
    assert keys.of_account(1) is None
    with pytest.raises(ApiError, match=r"-1125: This listenKey does not exist\."):
        keys.keep(key, Millis(START + LIFE))


def test_keeping_renews_and_closing_ends() -> None:
    keys = some_keys()
    key = keys.create(1, START)
    keys.keep(key, Millis(START + LIFE - 1))

    assert keys.next_end() == START + 2 * LIFE - 1
    assert keys.close(key, START) == 1
    with pytest.raises(ApiError, match="-1125"):
        keys.close(key, START)
