"""Signing keys from Secrets Manager: read once, and again as soon as somebody signs with newer."""

import io
import json

import pytest

from labverse.adapters.secrets_minted import FRESH_SECONDS, MISSED_SECONDS, MintedKeys
from labverse.kernel.errors import Unavailable
from labverse.kernel.signing import KeySet, SigningKey
from tests.secrets_manager import MemorySecrets, Secret
from tests.unit.platform.fakes import FakeClock

FIRST = json.dumps({"first": "f" * 64})


def minted(text: str | None = FIRST) -> tuple[MintedKeys, MemorySecrets, FakeClock]:
    secrets, clock = MemorySecrets(pepper=text), FakeClock()
    return MintedKeys("pepper", secrets, clock), secrets, clock  # type: ignore[arg-type]


def rotate(secrets: MemorySecrets) -> KeySet:
    text = secrets.get_secret_value(SecretId="pepper")["SecretString"]
    secret = SigningKey.made(len(text).to_bytes(32, "big"), text, None)
    keys = KeySet.parse(text).followed_by(secret)
    secrets.put_secret_value(
        SecretId="pepper", ClientRequestToken=secret.id, SecretString=keys.text()
    )
    secrets.reads = 0
    return keys


def test_known_keys_cost_one_read_in_five_minutes() -> None:
    keys, secrets, clock = minted()
    id_ = keys.knowing("").current.id
    for _ in range(5):
        assert keys.knowing(id_).current.id == id_
    assert secrets.reads == 1
    clock.seconds += FRESH_SECONDS - 1
    keys.knowing(id_)
    assert secrets.reads == 1
    clock.seconds += 1
    keys.knowing(id_)
    assert secrets.reads == 2


def test_a_newer_key_is_found_at_once_however_often_it_rotates() -> None:
    keys, secrets, _ = minted()
    keys.knowing("")
    for _ in range(20):
        fresh = rotate(secrets)
        assert keys.knowing(fresh.current.id) == fresh
        assert secrets.reads == 1


def test_an_id_that_nobody_has_is_looked_for_once_a_second_and_hides_no_other() -> None:
    keys, secrets, clock = minted()
    keys.knowing("")
    secrets.reads = 0
    for _ in range(5):
        assert not keys.knowing("nobody").holds("nobody")
    assert secrets.reads == 1
    fresh = rotate(secrets)
    assert keys.knowing(fresh.current.id) == fresh, "another id was missed in this second"
    clock.seconds += MISSED_SECONDS
    keys.knowing("nobody")
    assert secrets.reads == 2


def test_what_is_missed_does_not_grow_memory() -> None:
    keys, *_ = minted()
    for number in range(1000):
        keys.knowing(f"id-{number}")
    assert len(keys._missed) <= 64


def test_keys_that_were_read_once_last_through_an_outage(log: io.StringIO) -> None:
    keys, secrets, clock = minted()
    id_ = keys.knowing("").current.id
    held = secrets.secrets.pop("pepper")
    clock.seconds += FRESH_SECONDS
    assert keys.knowing(id_).current.id == id_
    assert "signing keys kept" in log.getvalue()
    secrets.secrets["pepper"] = held
    rotate(secrets)
    clock.seconds += FRESH_SECONDS
    assert keys.knowing(id_).current.id != id_


@pytest.mark.parametrize("text", [None, "{}", "a secret that is no set of keys"])
def test_keys_that_were_never_read_are_unavailable(text: str | None) -> None:
    keys, secrets, _ = minted(text)
    with pytest.raises(Unavailable) as caught:
        keys.knowing("any")
    assert "a secret" not in str(caught.value)
    secrets.secrets["pepper"] = Secret(FIRST)
    assert keys.knowing("any").current
