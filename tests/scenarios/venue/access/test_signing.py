"""Signatures: over the very bytes of query and body, and over nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.scenarios.venue.access.errors import ApiError
from benthic.scenarios.venue.access.keys import ApiKey, KeyRing, Secret
from benthic.scenarios.venue.access.signing import check_signature, sign, split_signature

# The worked example of the venue's own documentation.
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"  # noqa: S105
PUBLIC = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
QUERY = (
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000"
    "&timestamp=1499827319559"
)
SIGNATURE = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
ENCODED = (
    "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT"
    "&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
)
ENCODED_SIGNATURE = "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"
KEY = ApiKey(key=PUBLIC, secret=Secret(SECRET), account=1)


@pytest.mark.parametrize(("query", "signature"), [(QUERY, SIGNATURE), (ENCODED, ENCODED_SIGNATURE)])
def test_worked_examples_of_the_documentation_are_accepted(query: str, signature: str) -> None:
    assert sign(SECRET, query.encode()) == signature
    check_signature(KEY, f"{query}&signature={signature}", b"")


def test_signature_may_be_of_either_case_and_anywhere_in_query_or_body() -> None:
    check_signature(KEY, f"{QUERY}&signature={SIGNATURE.upper()}", b"")
    check_signature(KEY, f"signature={SIGNATURE}&{QUERY}", b"")
    check_signature(KEY, "", f"{QUERY}&signature={SIGNATURE}".encode())


def test_query_and_body_are_joined_with_nothing_between_them() -> None:
    signature = sign(SECRET, b"symbol=LTCBTCquantity=1")
    check_signature(KEY, f"symbol=LTCBTC&signature={signature}", b"quantity=1")
    with pytest.raises(ApiError, match="-1022"):
        check_signature(KEY, "symbol=LTCBTC", f"quantity=1&signature={'0' * 64}".encode())


def test_missing_signature_is_a_missing_parameter() -> None:
    with pytest.raises(ApiError, match=r"-1102.*signature"):
        check_signature(KEY, QUERY, b"")
    with pytest.raises(ApiError, match=r"-1102.*signature"):
        check_signature(KEY, f"{QUERY}&signature=", b"")


@given(st.integers(min_value=0, max_value=len(QUERY) - 1), st.sampled_from("abcXYZ019"))
def test_any_change_of_what_was_signed_is_noticed(place: int, letter: str) -> None:
    changed = QUERY[:place] + letter + QUERY[place + 1 :]
    if changed == QUERY:
        return
    with pytest.raises(ApiError):
        check_signature(KEY, f"{changed}&signature={SIGNATURE}", b"")


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_splitting_takes_any_bytes(query: bytes, body: bytes) -> None:
    payload, signature = split_signature(query, body)

    assert b"signature=" not in payload.split(b"&")
    assert signature is None or isinstance(signature, bytes)


def test_secrets_are_printed_as_stars() -> None:
    ring = KeyRing()
    ring.add(KEY)

    assert SECRET not in repr(KEY)
    assert SECRET not in f"{KEY.secret}{KEY.secret!r}{[KEY]}"
