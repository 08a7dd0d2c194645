"""A record opens a door only as somebody with the pepper wrote it, while the pepper rotates."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from labverse.kernel.errors import Unauthenticated, Unavailable
from labverse.kernel.signing import KeySet, Signature, SigningKey
from labverse.platform.keys import KeyRecord, Keyring, mint
from tests.unit.platform.fakes import PEPPERS, FakeClock, FakeKeys, FakePeppers

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY, UNSEALED = mint("test", frozenset({"route", "observe"}), NOW)
SEALED = UNSEALED.sealed(PEPPERS)
REVOKED = UNSEALED.model_copy(update={"revoked_at": NOW}).sealed(PEPPERS)
OTHER_KEY, OTHER = mint("other", frozenset({"route"}), NOW)
FORGED: dict[str, tuple[KeyRecord, dict[str, Any]]] = {
    "name": (SEALED, {"name": "somebody else"}),
    "scopes": (SEALED, {"scopes": frozenset({"route", "observe", "admin"})}),
    "hash": (SEALED, {"hash": OTHER.hash}),
    "key_id": (SEALED, {"key_id": OTHER.key_id}),
    "created_at": (SEALED, {"created_at": datetime(2027, 1, 1, tzinfo=UTC)}),
    "revoked_at": (REVOKED, {"revoked_at": None}),
    "person": (SEALED, {"person": "T0LOCAL/U0ANA"}),
    "seal": (SEALED, {"seal": None}),
}


def after(rotations: int, since: KeySet = PEPPERS) -> KeySet:
    for number in range(rotations):
        fresh = SigningKey.made(bytes([number]) * 32, f"{since.current.id}{number}", NOW)
        since = since.followed_by(fresh)
    return since


def opens(keys: FakeKeys, peppers: FakePeppers, key: str = KEY) -> bool:
    try:
        Keyring(keys, peppers, FakeClock()).authorize({"x-api-key": key}, "route")
    except Unauthenticated:
        return False
    return True


@pytest.mark.parametrize("member", KeyRecord.model_fields)
def test_a_record_that_was_altered_opens_nothing(member: str) -> None:
    record, change = FORGED[member]
    altered = record.model_copy(update=change)
    key = KEY if member != "hash" else f"lv_{SEALED.key_id}_{OTHER_KEY.split('_', 2)[2]}"
    key = key if member != "key_id" else f"lv_{OTHER.key_id}_{KEY.split('_', 2)[2]}"
    assert not opens(FakeKeys(altered), FakePeppers(), key)
    assert opens(FakeKeys(altered.sealed(PEPPERS)), FakePeppers(), key), "but for the seal it would"


def test_a_seal_survives_the_text_of_the_table() -> None:
    for scopes in ({"route"}, {"route", "observe", "revenue", "upsell", "admin"}):
        record = mint("é", frozenset(scopes), NOW)[1].sealed(PEPPERS)
        assert KeyRecord.model_validate_json(record.model_dump_json()).genuine(PEPPERS)


def test_a_pepper_of_somebody_else_seals_nothing() -> None:
    stranger = KeySet(current=SigningKey.made(b"s" * 32, "stranger", NOW))
    assert not opens(FakeKeys(UNSEALED.sealed(stranger)), FakePeppers())
    borrowed = UNSEALED.sealed(stranger).seal
    assert borrowed is not None
    claimed = Signature(key_id=PEPPERS.current.id, mac=borrowed.mac)
    assert not opens(FakeKeys(UNSEALED.model_copy(update={"seal": claimed})), FakePeppers())


@pytest.mark.parametrize("age", [0, 1])
def test_the_pepper_and_the_one_before_it_are_good(age: int) -> None:
    assert opens(FakeKeys(SEALED), FakePeppers(after(age)))


def test_a_pepper_older_than_that_is_not() -> None:
    assert not opens(FakeKeys(SEALED), FakePeppers(after(2)))


@pytest.mark.parametrize("rotations", [1, 2, 20])
def test_a_reader_with_an_old_pepper_sees_a_rotation_at_once(rotations: int) -> None:
    peppers = FakePeppers()
    peppers.now = after(rotations)
    assert opens(FakeKeys(UNSEALED.sealed(peppers.now)), peppers)
    assert peppers.reads == 1


def test_a_remembered_record_outlives_its_pepper() -> None:
    peppers, keys = FakePeppers(), FakeKeys(SEALED)
    keyring = Keyring(keys, peppers, FakeClock())
    keyring.authorize({"x-api-key": KEY}, "route")
    peppers.now = after(20)
    keys.records[OTHER.key_id] = OTHER.sealed(peppers.now)
    keyring.authorize({"x-api-key": OTHER_KEY}, "route")
    assert keyring.authorize({"x-api-key": KEY}, "route") == SEALED
    assert (keys.reads, peppers.reads) == (2, 1)


class Racing(FakeKeys):
    """`rotate` runs right before and after each read: what is known is old, and so is what was
    read when it is judged.
    """

    def __init__(self, record: KeyRecord, rotate: Callable[["Racing"], None]) -> None:
        super().__init__(record)
        self.rotate = rotate

    def get(self, key_id: str) -> KeyRecord | None:
        self.rotate(self)
        record = super().get(key_id)
        self.rotate(self)
        return record


def racing(times: int) -> tuple[Racing, FakePeppers]:
    """Two whole rotations around each of the first `times` reads."""
    peppers = FakePeppers()
    peppers.known = after(1, KeySet(current=SigningKey.made(b"o" * 32, "old", NOW)))

    def rotate(keys: Racing) -> None:
        if keys.reads <= times:
            peppers.now = after(2, peppers.now)
            keys.records[SEALED.key_id] = UNSEALED.sealed(peppers.now)

    return Racing(SEALED, rotate), peppers


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_good_key_is_not_refused_because_rotations_overtake_its_reader(times: int) -> None:
    assert opens(*racing(times))


def test_a_reader_that_is_always_overtaken_says_try_again() -> None:
    with pytest.raises(Unavailable):
        opens(*racing(100))


def test_a_forged_record_is_read_twice_and_not_remembered() -> None:
    keys, peppers = FakeKeys(UNSEALED.sealed(after(5))), FakePeppers()
    keyring = Keyring(keys, peppers, FakeClock())
    with pytest.raises(Unauthenticated):
        keyring.authorize({"x-api-key": KEY}, "route")
    assert keys.reads == 2
    keys.records[SEALED.key_id] = SEALED
    assert keyring.authorize({"x-api-key": KEY}, "route") == SEALED
