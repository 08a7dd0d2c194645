"""The first admin key: made when no working one is there, and only then."""

from datetime import UTC, datetime

import pytest

from infra_cdk.deployment import first_key
from infra_cdk.local.problems import Problem
from labverse.kernel.errors import Unavailable
from labverse.platform.key_registry import KeyRegistry
from labverse.platform.keys import KeyRecord, mint
from tests.unit.platform.fakes import PEPPERS

NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Keys:
    """A table of keys; `down` makes it one that cannot be asked."""

    def __init__(self, *records: KeyRecord, down: bool = False) -> None:
        self.records, self.down = list(records), down

    def list(self) -> tuple[KeyRecord, ...]:
        if self.down:
            raise Unavailable("keys could not be read")
        return tuple(self.records)

    def get(self, key_id: str) -> KeyRecord | None:
        return next((record for record in self.records if record.key_id == key_id), None)

    def put(self, record: KeyRecord) -> None:
        self.records.append(record)

    def replace(self, old: KeyRecord, new: KeyRecord) -> None:
        raise AssertionError("nothing is written over")


def ensure(keys: Keys) -> str | None:
    return first_key.ensure(KeyRegistry(keys, lambda: PEPPERS), NOW)


def record(*scopes: str, revoked: bool = False) -> KeyRecord:
    made = mint("somebody", frozenset(scopes), NOW)[1]
    return made.model_copy(update={"revoked_at": NOW} if revoked else {}).sealed(PEPPERS)


FORGED = record("admin").model_copy(update={"seal": record("admin").seal})
LEGACY = record("admin").model_copy(update={"seal": None})


@pytest.mark.parametrize(
    "there", [(), (record("route"),), (record("admin", revoked=True),), (FORGED, LEGACY)]
)
def test_a_stage_without_a_working_admin_gets_one(there: tuple[KeyRecord, ...]) -> None:
    keys = Keys(*there)
    secret = ensure(keys)
    assert secret is not None
    assert keys.records[-1].scopes == {"admin"}
    assert secret not in keys.records[-1].model_dump_json()
    assert ensure(keys) is None, "the second time there is one"
    assert len(keys.records) == len(there) + 1


def test_a_table_that_cannot_be_asked_is_a_problem() -> None:
    with pytest.raises(Problem, match="deployed, but its first key is not made"):
        ensure(Keys(down=True))
