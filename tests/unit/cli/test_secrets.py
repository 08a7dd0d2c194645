"""`kimi secrets`: labels and dates of secrets, never a value; and who rotates them where."""

import json
from typing import Any

import pytest

from labverse.cli.secrets import NAMES, ROTATED
from tests.secrets_manager import Secret
from tests.unit.cli.fake import Fake

VALUE = "a-value-that-nobody-may-see"
INVOKE = "POST /2015-03-31/functions/the-function/invocations"


@pytest.fixture
def held(fake: Fake) -> Fake:
    for name in NAMES:
        for stage in ("local", "dev"):
            fake.parameters[f"/labverse/{stage}/{name}-secret"] = f"arn-of-{name}"
        fake.vault.secrets[f"arn-of-{name}"] = Secret(VALUE)
    fake.parameters["/labverse/local/rotation-function"] = "the-function"
    fake.replies[INVOKE] = (200, {"outcome": "done"})
    return fake


def test_secrets_are_listed_with_their_labels_alone(held: Fake, kimi: Any) -> None:
    token = held.vault.stage("arn-of-key-pepper")
    done = kimi("secrets", "list", "--json")
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert list(rows) == list(NAMES)
    assert sorted(rows["key-pepper"]["versions"].values()) == [["AWSCURRENT"], ["AWSPENDING"]]
    assert rows["key-pepper"]["versions"][token] == ["AWSPENDING"]
    table = kimi("secrets", "list")
    assert f"{token[:8]} AWSPENDING" in table.stdout
    assert VALUE not in done.output + table.output


@pytest.mark.parametrize("name", ROTATED)
def test_on_the_local_cloud_the_four_steps_are_called(held: Fake, kimi: Any, name: str) -> None:
    done = kimi("secrets", "rotate", name)
    assert done.exit_code == 0, done.output
    assert f"{name} is rotated" in done.stderr
    sent = [body for route, _, body in held.seen if route == INVOKE]
    token = held.vault.secrets[f"arn-of-{name}"].labels["AWSPENDING"]
    steps = ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert sent == [
        {"Step": step, "SecretId": f"arn-of-{name}", "ClientRequestToken": token} for step in steps
    ]


def test_a_failed_step_is_told_and_ends_it(
    held: Fake, kimi: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = {"errorType": "Unavailable", "errorMessage": "try again later"}
    held.replies[INVOKE] = (200, failed)
    held.headers[INVOKE] = {"x-amz-function-error": "Unhandled"}
    done = kimi("secrets", "rotate", "key-pepper")
    assert done.exit_code == 1
    assert "createSecret of arn-of-key-pepper failed: Unavailable: try again later" in done.stderr
    assert len([route for route, *_ in held.seen if route == INVOKE]) == 1


def test_on_aws_secrets_manager_does_it(
    held: Fake, kimi: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {
        "AWS_ENDPOINT_URL": held.url,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = kimi("secrets", "rotate", "provider-keys", "--stage", "dev")
    assert done.exit_code == 0, done.output
    assert "has begun" in done.stderr
    assert held.rotated == ["arn-of-provider-keys"]
    assert [route for route, *_ in held.seen if route == INVOKE] == []


@pytest.mark.parametrize("name", ["provider-admin", "nothing"])
def test_what_does_not_rotate_names_what_does(held: Fake, kimi: Any, name: str) -> None:
    done = kimi("secrets", "rotate", name)
    assert done.exit_code == 2
    for known in ROTATED:
        assert known in done.stderr
