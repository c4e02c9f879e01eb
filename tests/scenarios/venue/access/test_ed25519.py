"""Ed25519 signatures against the vectors of RFC 8032, and against a library where there is one."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.scenarios.venue.access.ed25519 import ORDER, check, key_of
from benthic.scenarios.venue.access.errors import ApiError
from benthic.scenarios.venue.access.keys import ApiKey, Secret
from benthic.scenarios.venue.access.signing import check_signature

VECTORS = [  # key, message, signature: RFC 8032, 7.1, tests 1 to 3
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
PEM = (
    "-----BEGIN PUBLIC KEY-----\n"
    + base64.b64encode(bytes.fromhex("302a300506032b6570032100" + VECTORS[1][0])).decode()
    + "\n-----END PUBLIC KEY-----\n"
)


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard_are_accepted(key: str, message: str, signature: str) -> None:
    assert check(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


@settings(max_examples=40)
@given(st.integers(min_value=0, max_value=64 * 8 - 1))
def test_a_signature_with_one_other_bit_is_none(bit: int) -> None:
    key, message, signature = (bytes.fromhex(each) for each in VECTORS[1])
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8

    assert not check(key, message, bytes(changed))


def test_scalars_beyond_the_order_and_points_off_the_curve_are_refused() -> None:
    key, message, signature = (bytes.fromhex(each) for each in VECTORS[1])
    scalar = int.from_bytes(signature[32:], "little") + ORDER

    assert not check(key, message, signature[:32] + scalar.to_bytes(32, "little"))
    assert not check(b"\xff" * 32, message, signature)
    assert not check(key, message, b"\xff" * 64)
    assert not check(key, message, signature[:-1])


@pytest.mark.parametrize("pem", ["", "hello", "-----BEGIN PUBLIC KEY-----\nAAAA\n", "ä"])
def test_what_is_no_key_is_none(pem: str) -> None:
    assert key_of(pem) is None


def test_requests_are_signed_in_percent_encoded_base64() -> None:
    key = ApiKey(key="k" * 64, secret=Secret(PEM), account=1, kind="ed25519")
    text = base64.b64encode(bytes.fromhex(VECTORS[1][2])).decode().replace("+", "%2B")
    # The vector's message is the letter r.
    check_signature(key, f"r&signature={text}", b"")
    for query in (f"s&signature={text}", "r&signature=!!", "r&signature=00"):
        with pytest.raises(ApiError, match="-1022"):
            check_signature(key, query, b"")


@settings(max_examples=10)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_a_library_signs_what_is_accepted(seed: bytes, message: bytes) -> None:
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)

    assert check(private.public_key().public_bytes_raw(), message, private.sign(message))
