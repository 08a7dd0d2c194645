"""What routes are tried with: keys of any scopes, over a cloud that holds nothing else."""

from datetime import UTC, datetime
from typing import Any

from labverse.adapters import doors
from labverse.platform.keys import KeyRecord, mint
from tests.infra.assembly import STAGE
from tests.unit.platform.fakes import PEPPERS

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Keys:
    """The few calls of AWS that a request may make, over minted keys; no provider has one."""

    def __init__(self) -> None:
        self.records: dict[str, KeyRecord] = {}

    def mint(self, *scopes: str, revoked: bool = False) -> str:
        person = "T1/U1" if "approve" in scopes else None
        key, record = mint("test", frozenset(scopes), NOW, person)
        gone = {"revoked_at": NOW} if revoked else {}
        self.records[record.key_id] = record.model_copy(update=gone).sealed(PEPPERS)
        return key

    def get_item(self, *, Key: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        found = self.records.get(Key.get("key_id", {}).get("S", ""))
        return {"Item": {"record": {"S": found.model_dump_json()}}} if found else {}

    def batch_get_item(self, **_: Any) -> dict[str, Any]:
        return {"Responses": {}}

    def query(self, **_: Any) -> dict[str, Any]:
        return {"Items": []}

    def scan(self, **_: Any) -> dict[str, Any]:
        return {"Items": []}

    def get_secret_value(self, *, SecretId: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"SecretString": PEPPERS.text() if SecretId == doors.pepper(STAGE) else "{}"}
