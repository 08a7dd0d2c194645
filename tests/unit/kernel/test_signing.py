"""Two keys at a time: the current signs, the previous still verifies, nobody sees either."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.kernel.errors import InvalidInput
from labverse.kernel.signing import KEY_BYTES, KeySet, Signature, SigningKey

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = "x" * 64


def made(number: int) -> SigningKey:
    return SigningKey.made(bytes([number]) * KEY_BYTES, f"version-{number}", NOW)


@given(st.text(), st.binary(), st.integers(0, 5), st.integers(0, 5))
def test_a_signature_is_good_for_the_current_set_and_the_next(
    purpose: str, message: bytes, signed_at: int, judged_at: int
) -> None:
    sets = [KeySet(current=made(0))]
    for number in range(1, 6):
        sets.append(sets[-1].followed_by(made(number)))
    signature = sets[signed_at].sign(purpose, message)
    good = judged_at - signed_at in (0, 1)
    assert sets[judged_at].verifies(purpose, message, signature) == good
    assert sets[judged_at].holds(signature.key_id) == good
    assert KeySet.parse(sets[judged_at].text()) == sets[judged_at]


KEYS = KeySet(current=made(1), previous=made(0))
GOOD = KEYS.sign("purpose", b"message")


@pytest.mark.parametrize(
    ("purpose", "message", "signature"),
    [
        ("purpose", b"massage", GOOD),
        ("other", b"message", GOOD),
        ("purpose\0message", b"", GOOD),
        ("purpose", b"message", GOOD.model_copy(update={"key_id": made(0).id})),
        ("purpose", b"message", GOOD.model_copy(update={"key_id": "nobody"})),
        ("purpose", b"message", GOOD.model_copy(update={"mac": GOOD.mac[:-1]})),
        ("purpose", b"message", Signature(key_id=GOOD.key_id, mac="")),
        ("purpose", b"message", Signature(key_id=GOOD.key_id, mac="é\ud800")),
    ],
)
def test_anything_else_is_not_verified(purpose: str, message: bytes, signature: Signature) -> None:
    assert KEYS.verifies("purpose", b"message", GOOD)
    assert not KEYS.verifies(purpose, message, signature)


def test_what_cloudformation_generates_is_a_key_and_stays_the_previous_one() -> None:
    first = KeySet.parse(json.dumps({"first": FIRST}))
    assert first == KeySet.parse(json.dumps({"first": FIRST}))
    assert first != KeySet.parse(json.dumps({"first": FIRST[:-1] + "y"}))
    second = KeySet.parse(first.followed_by(made(1)).text())
    assert second.verifies("p", b"m", first.sign("p", b"m"))
    assert FIRST not in second.text()


@pytest.mark.parametrize(
    "text",
    ["", "not json, but a secret", "[]", "{}", '"text"', "null", '{"first": "short"}',
     f'{{"first": "{FIRST}", "more": 1}}', '{"first": 5}', '{"current": null}',
     '{"current": {"id": "a", "key": "a secret"}}', '{"current": {"id": "", "key": ""}}'],
)  # fmt: skip
def test_anything_else_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        KeySet.parse(text)
    assert str(caught.value) == "the secret does not hold signing keys"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_nobody_sees_a_key() -> None:
    for shown in (repr(KEYS), str(KEYS), repr(KEYS.current), f"{KEYS!r:>5}"):
        assert made(0).key not in shown
        assert made(1).key not in shown


@pytest.mark.parametrize("length", [0, KEY_BYTES - 1, KEY_BYTES + 1])
def test_a_key_has_its_length(length: int) -> None:
    with pytest.raises(InvalidInput):
        SigningKey.made(b"x" * length, "origin", NOW)
