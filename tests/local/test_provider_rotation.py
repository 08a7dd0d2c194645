"""Provider keys on the deployed app: made by a vendor over HTTP, set by people, dated by nobody."""

import itertools
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from labverse.adapters.secrets_vault import SecretsVault
from labverse.cli.failures import Failure
from labverse.cli.rotation import staged
from labverse.guard.amend import amend
from labverse.guard.bundle import Bundle
from tests.cloud import Deployed
from tests.local.rotations import STEPS, Driver
from tests.local.test_kimi import kimi
from tests.openai_admin import ADMIN_KEY, PROJECT, OpenAIAdminServer

PROVIDERS, ADMIN = "labverse/local/provider-keys", "labverse/local/provider-admin"


@pytest.fixture
def openai(deployed: Deployed) -> Iterator[OpenAIAdminServer]:
    """OpenAI's administration on loopback, and the deployment told of it until the test ends."""
    server, vault = OpenAIAdminServer(), deployed.client("secretsmanager")
    have = {"openai": {"admin_key": ADMIN_KEY, "project": PROJECT, "url": server.url}}
    vault.put_secret_value(SecretId=ADMIN, SecretString=json.dumps(have))
    yield server
    for secret in (ADMIN, PROVIDERS):
        # Before anybody asks a prompt: a function that saw the key would keep it for minutes.
        vault.put_secret_value(SecretId=secret, SecretString="{}")
    server.close()


def test_a_providers_key_is_made_by_its_vendor_and_the_one_before_it_works(
    deployed: Deployed, openai: OpenAIAdminServer
) -> None:
    driver = Driver(deployed, "provider-keys")
    seen: list[str] = []
    for number in range(3):
        token = staged(driver.vault, driver.secret)
        if number == 1:
            # A createSecret that died after it had made an account leaves one of this name.
            openai.accounts["svc_orphan"] = (f"labverse-local-{token}", "sk-nobody-knows")
        for name in STEPS:
            driver.call(token, name)
            driver.call(token, name)
        assert driver.stages()["AWSCURRENT"] == token
        seen.append(Bundle.parse(driver.text()).keys["openai"])
        assert openai.keys == set(seen[-2:]), "current and previous work, nothing else does"
    assert len(set(seen)) == 3


def test_a_key_set_by_hand_in_the_middle_of_a_rotation_stays(
    deployed: Deployed, openai: OpenAIAdminServer
) -> None:
    driver = Driver(deployed, "provider-keys")
    token = staged(driver.vault, driver.secret)
    for name in STEPS[:3]:
        driver.call(token, name)
    done = kimi("providers", "set-key", "moonshot", given="sk-by-hand\n")
    assert done.returncode == 0, done.stderr
    with pytest.raises(Failure, match=r"Conflict.*newer value"):
        driver.call(token, "finishSecret")
    assert kimi("secrets", "rotate", "provider-keys").returncode == 0
    keys = Bundle.parse(driver.text()).keys
    assert keys["moonshot"] == "sk-by-hand"
    assert openai.keys == {keys["openai"]}, "what the first rotation had made is deleted"


@pytest.mark.usefixtures("openai")
def test_keys_set_at_the_same_time_are_all_there(deployed: Deployed) -> None:
    vault = SecretsVault(deployed.client("secretsmanager"))
    numbers, now = itertools.count(), datetime.now(UTC)

    def set_key() -> None:
        name = f"provider-{next(numbers)}"
        amend(vault, PROVIDERS, lambda text: Bundle.parse(text).with_key(name, "k", now).text())

    threads = [threading.Thread(target=set_key) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    driver = Driver(deployed, "provider-keys")
    assert Bundle.parse(driver.text()).keys.keys() == {f"provider-{n}" for n in range(8)}


@pytest.mark.usefixtures("openai")
def test_the_daily_look_tells_ages(deployed: Deployed) -> None:
    driver = Driver(deployed, "provider-keys")
    driver.vault.put_secret_value(SecretId=PROVIDERS, SecretString='{"moonshot": "sk-undated"}')
    event = json.dumps({"check": "provider-key-ages"}).encode()
    answer: Any = driver.functions.invoke(FunctionName=driver.function, Payload=event)
    assert json.loads(answer["Payload"].read()) == {"days": {"moonshot": 0.0}}
    assert Bundle.parse(driver.text()).about("moonshot"), "dated from the first look on"
