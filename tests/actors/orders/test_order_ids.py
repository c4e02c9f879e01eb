"""Ids are UUIDs that never come twice, and the client ids that the venue knows orders by."""

from __future__ import annotations

import re
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.orders.ids import CHANCE_BITS, EPOCH_BITS, OrderIds, client_id_of, epoch_of
from benthic.runtime import UsageError

chances = st.integers(0, 2**CHANCE_BITS - 1)
epochs = st.integers(0, 2**EPOCH_BITS - 1)


@given(chance=chances, epoch=epochs)
def test_an_id_is_a_uuid_and_its_client_id_is_legal_for_venues(chance: int, epoch: int) -> None:
    order_id, client_id = OrderIds(chance, epoch).draw()

    assert str(UUID(order_id)) == order_id
    assert (UUID(order_id).version, UUID(order_id).variant) == (8, RFC_4122)
    assert re.fullmatch(r"[a-zA-Z0-9-_]{1,36}", client_id)
    assert client_id == client_id_of(order_id)


@given(runs=st.lists(st.tuples(chances, epochs), min_size=2, max_size=5, unique=True))
def test_two_incarnations_that_differ_in_chance_or_epoch_share_no_id(
    runs: list[tuple[int, int]],
) -> None:
    drawn = [OrderIds(*run).draw()[0] for run in runs]  # O7

    assert len(set(drawn)) == len(drawn)


def test_the_ids_of_one_incarnation_sort_in_the_order_of_their_orders() -> None:
    ids = OrderIds(7, 1)
    drawn = [ids.draw()[0] for _ in range(300)]

    assert drawn == sorted(set(drawn))


@pytest.mark.parametrize(("chance", "epoch"), [(-1, 0), (2**44, 0), (0, -1), (0, 2**28)])
def test_chance_and_epoch_must_fit_into_an_id(chance: int, epoch: int) -> None:
    with pytest.raises(UsageError, match="out of range"):
        OrderIds(chance, epoch)


@given(chance=chances, epoch=epochs)
def test_an_id_tells_the_epoch_that_it_was_given_in(chance: int, epoch: int) -> None:
    _, client_id = OrderIds(chance, epoch).draw()
    assert epoch_of(client_id) == epoch


@given(text=st.text(max_size=40))
def test_what_is_no_name_of_ours_has_no_epoch(text: str) -> None:
    assert epoch_of(text) is None
    assert epoch_of(f"bn-{text}") is None
