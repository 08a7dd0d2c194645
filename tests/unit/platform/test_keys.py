"""Who gets in: the right key with the scope, and nobody else, for at most 30 seconds more."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.kernel.errors import Refused, Unauthenticated, Unavailable
from labverse.platform.keys import CACHE_ENTRIES, CACHE_SECONDS, Keyring, mint
from tests.unit.platform.fakes import PEPPERS, FakeClock, FakeKeys, FakePeppers

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY, UNSEALED = mint("test", frozenset({"route"}), NOW)
RECORD = UNSEALED.sealed(PEPPERS)


def ring(*, clock: FakeClock | None = None) -> tuple[Keyring, FakeKeys]:
    keys = FakeKeys(RECORD)
    return Keyring(keys, FakePeppers(), clock or FakeClock()), keys


def test_the_table_never_holds_what_opens_the_door() -> None:
    secret = KEY.split("_", 2)[2]
    assert len(secret) >= 43, "256 bits in base64"
    assert secret not in RECORD.model_dump_json()


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {KEY}"},
        {"authorization": f"bearer {KEY}"},
        {"x-api-key": KEY},
        {"authorization": "Basic xyz", "x-api-key": KEY},
    ],
)
def test_both_headers_carry_a_key(headers: dict[str, str]) -> None:
    assert ring()[0].authorize(headers, "route") == RECORD


@pytest.mark.parametrize(
    "key",
    [None, "", "lv", "lv_", f"lv_{RECORD.key_id}", f"lv_{RECORD.key_id}_", KEY[:-1], KEY + "x",
     KEY.replace("lv_", "xx_"), f"lv_000000000000_{KEY.split('_', 2)[2]}", "lv_a_" + "b" * 10_000],
)  # fmt: skip
def test_any_other_key_is_unauthenticated(key: str | None) -> None:
    with pytest.raises(Unauthenticated):
        ring()[0].authorize({} if key is None else {"x-api-key": key}, "route")


@given(st.text(max_size=60))
def test_no_text_opens_the_door_or_breaks_the_lock(text: str) -> None:
    with pytest.raises(Unauthenticated):
        ring()[0].authorize({"x-api-key": text, "authorization": text}, "route")


def test_a_scope_that_the_key_lacks_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="'revenue'"):
        ring()[0].authorize({"x-api-key": KEY}, "revenue")


def test_admin_holds_every_scope() -> None:
    key, record = mint("root", frozenset({"admin"}), NOW)
    sealed = record.sealed(PEPPERS)
    keyring = Keyring(FakeKeys(sealed), FakePeppers(), FakeClock())
    assert keyring.authorize({"x-api-key": key}, "revenue") == sealed


def test_a_revoked_key_is_remembered_for_thirty_seconds_at_most() -> None:
    clock = FakeClock()
    keyring, keys = ring(clock=clock)
    keyring.authorize({"x-api-key": KEY}, "route")
    gone = UNSEALED.model_copy(update={"revoked_at": NOW})
    keys.records[RECORD.key_id] = gone.sealed(PEPPERS)
    clock.seconds += CACHE_SECONDS - 0.1
    assert keyring.authorize({"x-api-key": KEY}, "route") == RECORD
    clock.seconds += 0.2
    with pytest.raises(Unauthenticated):
        keyring.authorize({"x-api-key": KEY}, "route")


def test_the_store_is_asked_once_per_key_and_guesses_do_not_grow_memory() -> None:
    keyring, keys = ring()
    for _ in range(3):
        keyring.authorize({"x-api-key": KEY}, "route")
    assert keys.reads == 1
    for number in range(CACHE_ENTRIES + 10):
        with pytest.raises(Unauthenticated):
            keyring.authorize({"x-api-key": f"lv_{number:012x}_guess"}, "route")
    assert len(keyring._seen) == CACHE_ENTRIES


def test_a_store_that_is_down_lets_nobody_in() -> None:
    keyring, keys = ring()
    keys.down = True
    with pytest.raises(Unavailable):
        keyring.authorize({"x-api-key": KEY}, "route")
