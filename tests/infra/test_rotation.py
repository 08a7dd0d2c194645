"""Every secret has its schedule and its caller, and the function that rotates them no more."""

import json

import pytest

from tests.infra.assembly import Assembly, Resource
from tests.infra.grants import Needed, grants
from tests.infra.readable import Reader

SECRET, SCHEDULE = "AWS::SecretsManager::Secret", "AWS::SecretsManager::RotationSchedule"
# Secrets that do not rotate; the reasons are in infra_cdk/policies/reasons.py.
STILL = {"provider-admin", "slack"}


@pytest.fixture(params=["aws", "prod"])
def stage(request: pytest.FixtureRequest) -> Assembly:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Assembly)
    return found


def secrets(stage: Assembly) -> dict[str, Resource]:
    """By the last part of their names."""
    found = {str(r.properties["Name"]).rpartition("/")[2]: r for r in stage.resources(SECRET)}
    assert len(found) > len(STILL), "no secrets: is this test reading the right place?"
    return found


def shared(stage: Assembly, resource: Resource, value: object) -> str:
    """The name under which the stacks share what `value` refers to."""
    return Reader(stage, resource.stack).text(value).rpartition("/")[2].removesuffix("-secret}")


def test_every_secret_rotates_every_day(stage: Assembly) -> None:
    schedules = {shared(stage, s, s.properties["SecretId"]): s for s in stage.resources(SCHEDULE)}
    assert schedules.keys() == secrets(stage).keys() - STILL
    for name, schedule in schedules.items():
        rules = schedule.properties["RotationRules"]
        assert rules == {"ScheduleExpression": "rate(24 hours)"}, name
        assert schedule.properties["RotateImmediatelyOnUpdate"] is False, name
        assert "Guard/Event/Live" in Reader(stage, schedule.stack).text(
            schedule.properties["RotationLambdaARN"]
        )


def test_secrets_manager_may_call_for_these_secrets_of_this_account_alone(stage: Assembly) -> None:
    callers = {
        shared(stage, p, p.properties["SourceArn"]): p.properties
        for p in stage.resources("AWS::Lambda::Permission")
        if p.properties["Principal"] == "secretsmanager.amazonaws.com"
    }
    assert callers.keys() == secrets(stage).keys() - STILL
    for properties in callers.values():
        assert properties["SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_secrets_are_under_the_stages_key_and_outlive_their_stack_on_prod(stage: Assembly) -> None:
    for name, secret in secrets(stage).items():
        assert "KmsKeyId" in secret.properties, name
        raw = stage.templates["data"]["Resources"][secret.logical_id]
        prod = str(secret.properties["Name"]).startswith("labverse/prod/")
        assert (raw["DeletionPolicy"] == "Retain") == prod, name


def test_who_checks_keys_may_read_the_pepper_and_guard_alone_writes_a_secret(
    stage: Assembly,
) -> None:
    held = grants(stage)
    pepper = "key-pepper-secret}"
    checking = {word for word, entry in held if entry.startswith("http")}
    assert checking, "no function answers over HTTP: is this test reading the right place?"
    for (word, entry), each in held.items():
        reads = each.allows(Needed("secretsmanager:GetSecretValue", pepper))
        asked = entry.startswith("http")
        assert reads == (asked or word == "guard"), f"{word} ({entry})"
        for action in ("PutSecretValue", "UpdateSecretVersionStage"):
            writes = each.allows(Needed(f"secretsmanager:{action}"))
            assert writes == (word == "guard"), f"{word} ({entry}) {action}"
        admin = each.allows(Needed("secretsmanager:GetSecretValue", "provider-admin-secret}"))
        assert admin == (word == "guard"), f"{word} ({entry}) reads admin keys"
    guard = held["guard", "event"]
    assert not guard.allows(Needed("secretsmanager:PutSecretValue", "provider-admin-secret}"))


def test_no_template_holds_a_value(stage: Assembly) -> None:
    for name, secret in secrets(stage).items():
        generated = secret.properties.get("GenerateSecretString")
        if generated is None:
            assert secret.properties["SecretString"] == "{}", name
        else:
            assert json.loads(generated["SecretStringTemplate"]) == {}, name
            assert generated["GenerateStringKey"] == "first", name
            assert generated["PasswordLength"] >= 64, name


def test_an_old_provider_key_raises_an_alarm(stage: Assembly) -> None:
    (alarm,) = [
        r.properties
        for r in stage.resources("AWS::CloudWatch::Alarm")
        if r.properties.get("MetricName") == "OldestProviderKeyDays"
    ]
    assert (alarm["Namespace"], alarm["Threshold"], alarm["Period"]) == ("labverse", 90, 86400)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "guard"}]
    assert alarm["AlarmActions"]
    (rule,) = [r for r in stage.resources("AWS::Events::Rule") if r.path == "Guard/Ages"]
    (target,) = rule.properties["Targets"]
    assert rule.properties["ScheduleExpression"] == "rate(1 day)"
    assert json.loads(target["Input"]) == {"check": "provider-key-ages"}
