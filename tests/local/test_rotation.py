"""Rotation on the deployed app, driven as Secrets Manager drives it: its own call is a stub here.

A staged version without a value, then the four steps, each killed once between its writes and
called twice after that, while callers with keys never pause.
"""

import json
from datetime import UTC, datetime

import httpx
import pytest

from labverse.adapters import doors
from labverse.cli.failures import Failure
from labverse.cli.rotation import staged
from labverse.kernel.signing import KeySet
from labverse.platform.key_registry import KeyRegistry
from labverse.platform.keys import mint
from tests.cloud import Deployed
from tests.local.load import Load
from tests.local.rotations import STEPS, Driver
from tests.local.test_kimi import kimi

ROTATIONS, KEYS = 20, 24


@pytest.fixture
def registry(deployed: Deployed) -> KeyRegistry:
    clients = deployed.client("dynamodb"), deployed.client("secretsmanager")
    return doors.registry("local", deployed.facts["keys_table"], *clients)


def made(registry: KeyRegistry) -> str:
    key, record = mint("test_rotation", frozenset({"route"}), datetime.now(UTC))
    registry.create(record)
    return key


def test_twenty_rotations_under_load_refuse_nobody_and_lose_no_version(
    deployed: Deployed, registry: KeyRegistry
) -> None:
    driver = Driver(deployed, "key-pepper")
    load = Load(deployed, [made(registry) for _ in range(KEYS)])
    gone = made(registry)
    registry.revoke(gone.split("_")[1], datetime.now(UTC))
    current, peppers = driver.stages()["AWSCURRENT"], KeySet.parse(driver.text())
    with load.running():
        for number in range(ROTATIONS):
            token = staged(driver.vault, driver.secret)
            for index, name in enumerate(STEPS):
                # Each step dies at its first, second or third write, before it or after it.
                driver.die(token, name, 1 + (number + index) % 3, after=number % 2 == 0)
                driver.call(token, name)
                driver.call(token, name)
            stages, now = driver.stages(), KeySet.parse(driver.text())
            assert (stages["AWSCURRENT"], stages["AWSPREVIOUS"]) == (token, current)
            assert now.previous == peppers.current
            current, peppers = token, now
            load.keys.append(made(registry))
    assert load.statuses.keys() == {200}, load.statuses
    assert load.statuses[200] > ROTATIONS * 3, "the callers hardly called"
    genuine = {record.key_id for record in registry.genuine()}
    assert {key.split("_")[1] for key in (*load.keys, gone)} <= genuine
    assert load.ask(deployed.http, gone) == 401


def test_a_record_that_was_written_into_the_table_opens_nothing(
    deployed: Deployed, registry: KeyRegistry
) -> None:
    key = made(registry)
    table, name = deployed.client("dynamodb"), deployed.facts["keys_table"]
    item = table.get_item(TableName=name, Key={"key_id": {"S": key.split("_")[1]}})["Item"]
    record = json.loads(item["record"]["S"])
    for forged in ({**record, "scopes": ["admin"]}, {**record, "seal": None}):
        item["record"]["S"] = json.dumps(forged)
        table.put_item(TableName=name, Item=item)
        answer = deployed.http.get("/v1/models", headers={"x-api-key": key})
        assert answer.status_code == 401


def test_steps_of_another_version_or_secret_are_refused(deployed: Deployed) -> None:
    driver = Driver(deployed, "session-signing")
    with pytest.raises(Failure, match=r"Refused.*not pending"):
        driver.call("0" * 32, "createSecret")
    token = staged(driver.vault, driver.secret)
    with pytest.raises(Failure, match=r"NotFound.*createSecret comes first"):
        driver.call(token, "finishSecret")
    driver.secret = driver.published("provider-admin-secret")
    with pytest.raises(Failure, match=r"Refused.*not rotated here"):
        driver.call(token, "createSecret")


def test_kimi_lists_secrets_and_shows_none(deployed: Deployed) -> None:
    driver = Driver(deployed, "webhook-signing")
    before = driver.stages()["AWSCURRENT"]
    assert kimi("secrets", "rotate", "webhook-signing").returncode == 0
    done = kimi("secrets", "list", "--json")
    rows = {row["name"]: row["versions"] for row in json.loads(done.stdout)}
    assert rows["webhook-signing"][before] == ["AWSPREVIOUS"]
    assert "AWSCURRENT" in rows["webhook-signing"][driver.stages()["AWSCURRENT"]]
    assert len(rows) == 6
    keys = KeySet.parse(driver.text())
    assert keys.current.key not in done.stdout + done.stderr + kimi("secrets", "list").stdout
    assert kimi("secrets", "rotate", "provider-admin").returncode == 2


def test_the_load_would_have_seen_a_refusal(deployed: Deployed) -> None:
    load = Load(deployed, ["lv_nobody_knows"])
    with httpx.Client(base_url=load._url, trust_env=False) as http:
        assert load.ask(http, "lv_nobody_knows") == 401
