import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.crypto.signing import public_key_pem, sign, verify

PAYLOAD = {"kind": "ticket", "code": "ABCD1234EFGH5678", "name": "张*三"}


def part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_what_was_signed_comes_back() -> None:
    assert verify(sign(PAYLOAD)) == PAYLOAD


def test_the_same_payload_gives_the_same_token() -> None:
    assert sign(PAYLOAD) == sign(dict(reversed(PAYLOAD.items())))


def test_a_token_can_stand_in_an_address() -> None:
    assert set(sign(PAYLOAD)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_every_changed_character_is_noticed() -> None:
    token = sign(PAYLOAD)
    for place, old in enumerate(token):
        for new in {"A", "B", "-", "."} - {old}:
            assert verify(token[:place] + new + token[place + 1 :]) is None


def test_anothers_payload_under_our_signature_is_refused() -> None:
    signature = sign(PAYLOAD).partition(".")[2]
    forged = part(json.dumps(PAYLOAD | {"name": "李*四"}).encode())
    assert verify(f"{forged}.{signature}") is None


@pytest.mark.parametrize("token", ["", ".", "a.b", "…", "a" * 5000, "ABCD1234EFGH5678"])
def test_nonsense_is_refused(token: str) -> None:
    assert verify(token) is None


@given(st.text())
def test_no_text_breaks_it(token: str) -> None:
    assert verify(token) is None


def test_the_public_key_alone_is_enough_to_check_a_token() -> None:
    key = load_pem_public_key(public_key_pem().encode())
    body, _, signature = sign(PAYLOAD).partition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    key.verify(raw, body.encode())
    with pytest.raises(InvalidSignature):
        key.verify(raw, body[:-1].encode())
    assert json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) == PAYLOAD


def test_another_seed_signs_otherwise(settings) -> None:
    token = sign(PAYLOAD)
    settings.SIGNING_KEY = base64.b64encode(b"x" * 32).decode()
    assert verify(token) is None
