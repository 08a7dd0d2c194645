"""functions/guard through its front door: what Secrets Manager and the daily schedule send."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from labverse.adapters import aws, doors
from labverse.kernel.errors import InvalidInput, NotFound, Refused
from labverse.kernel.signing import KeySet, SigningKey
from labverse.platform import telemetry
from labverse.platform.keys import KeyRecord, mint
from tests.functions.conftest import CONTEXT
from tests.functions.watch import Watch
from tests.infra.assembly import Assembly
from tests.infra.grants import missing_grants
from tests.secrets_manager import MemorySecrets
from tests.unit.platform.fakes import PEPPERS

Event = Callable[[str], Any]
STEPS = ("create", "set", "test", "finish")
FIRST = json.dumps({"first": "f" * 64})
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PEPPER = PEPPERS.followed_by(SigningKey.made(b"q" * 32, "second", NOW))
KEY = "sk-not-to-be-seen"


class Guarded(MemorySecrets):
    """Secrets, and a table with one key whose record is sealed with the pepper before."""

    def __init__(self) -> None:
        super().__init__()
        record = mint("test", frozenset({"route"}), NOW)[1].sealed(PEPPERS)
        text = record.model_dump_json()
        self.item: dict[str, Any] = {"key_id": {"S": record.key_id}, "record": {"S": text}}

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {"Item": self.item}

    def put_item(self, **given: Any) -> dict[str, Any]:
        self.item = given["Item"]
        return {}

    def scan(self, **_: Any) -> dict[str, Any]:
        return {"Items": [self.item]}


@pytest.fixture
def secrets(event: Event) -> Guarded:
    made = Guarded()
    texts = {"key-pepper": PEPPER.text(), "webhook-signing": FIRST, "session-signing": FIRST}
    for name, text in {**texts, "provider-keys": f'{{"moonshot": "{KEY}"}}', "admin": "{}"}.items():
        made.secrets[name] = MemorySecrets(it=text).secrets["it"]
    pepper = event("guard/create")
    made.secrets[pepper["SecretId"]] = made.secrets.pop("key-pepper")
    made.secrets[doors.pepper("dev")] = made.secrets[pepper["SecretId"]]
    made.secrets[pepper["SecretId"]].move("AWSPENDING", pepper["ClientRequestToken"])
    return made


@pytest.fixture
def guard(
    secrets: Guarded,
    event: Event,
    fresh: Callable[[Any], Any],
    local: Assembly,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Any]:
    """The handler over those secrets; whatever it calls, its role must allow."""
    from functions.guard import handler

    values = {
        "STAGE": "dev",
        "POWERTOOLS_SERVICE_NAME": "guard",
        "POWERTOOLS_METRICS_NAMESPACE": "labverse",
        "KEYS_TABLE": "keys",
        "KEY_PEPPER_ARN": event("guard/create")["SecretId"],
        "WEBHOOK_SIGNING_ARN": "webhook-signing",
        "SESSION_SIGNING_ARN": "session-signing",
        "PROVIDER_KEYS_ARN": "provider-keys",
        "PROVIDER_ADMIN_ARN": "admin",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    watch = Watch(lambda _service: secrets, values)
    monkeypatch.setattr(aws, "client", watch.client)
    yield fresh(handler)
    missing = missing_grants(local, watch.calls)
    assert not missing, "\n".join(missing)


def test_the_four_steps_rotate_a_secret(guard: Any, event: Event, secrets: Guarded) -> None:
    token, secret = event("guard/create")["ClientRequestToken"], event("guard/create")["SecretId"]
    for name in STEPS:
        assert guard.event(event(f"guard/{name}"), CONTEXT)["outcome"] == "done"
    assert secrets.secrets[secret].labels["AWSCURRENT"] == token
    for name in STEPS:
        assert guard.event(event(f"guard/{name}"), CONTEXT)["outcome"] == "already"
    record = KeyRecord.model_validate_json(secrets.item["record"]["S"])
    assert record.genuine(KeySet(current=PEPPER.current)), "sealed with what is now the previous"


@pytest.mark.parametrize("name", ["webhook-signing", "session-signing", "provider-keys"])
def test_each_secret_has_its_way(guard: Any, event: Event, secrets: Guarded, name: str) -> None:
    token = secrets.stage(name)
    for step in STEPS:
        asked = {**event(f"guard/{step}"), "SecretId": name, "ClientRequestToken": token}
        guard.event(asked, CONTEXT)
    assert secrets.secrets[name].labels["AWSCURRENT"] == token


def test_a_failed_step_raises_the_class_of_its_error(
    guard: Any, event: Event, secrets: Guarded
) -> None:
    with pytest.raises(NotFound, match="createSecret comes first"):
        guard.event(event("guard/finish"), CONTEXT)
    secrets.stage("admin")
    for secret in ("admin", "another"):
        with pytest.raises(Refused):
            guard.event({**event("guard/create"), "SecretId": secret}, CONTEXT)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"Step": "create_secret"}, "Step"),
        ({"Step": None}, "Step"),
        ({"SecretId": ""}, "SecretId"),
        ({"ClientRequestToken": "short"}, "ClientRequestToken"),
        ({"check": "something else"}, "check"),
    ],
)
def test_anything_else_is_refused_by_its_field(
    guard: Any, event: Event, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput, match=field):
        guard.event({**event("guard/create"), **change}, CONTEXT)


def test_ages_are_measured_per_provider_and_the_oldest_of_all(
    guard: Any, event: Event, capsys: pytest.CaptureFixture[str]
) -> None:
    told = guard.event(event("guard/ages"), CONTEXT)
    assert told == {"days": {"moonshot": 0.0}}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    each, oldest = lines
    assert (each["provider"], each["ProviderKeyAgeDays"]) == ("moonshot", [0.0])
    assert oldest["OldestProviderKeyDays"] == [0.0]
    (metric,) = oldest["_aws"]["CloudWatchMetrics"]
    assert metric["Dimensions"] == [["service"]], "what the alarm looks at"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the function logs: the logger may be older than this test's own output."""
    written = io.StringIO()
    for handler in telemetry.logger().handlers:
        monkeypatch.setattr(handler, "stream", written)
    return written


def test_no_value_is_ever_logged(
    guard: Any,
    event: Event,
    secrets: Guarded,
    log: io.StringIO,
    capsys: pytest.CaptureFixture[str],
) -> None:
    token = secrets.stage("provider-keys")
    for step in STEPS:
        asked = {**event(f"guard/{step}"), "RotationToken": "proof-of-who-asks"}
        guard.event({**asked, "SecretId": "provider-keys", "ClientRequestToken": token}, CONTEXT)
        guard.event(event(f"guard/{step}"), CONTEXT)
    guard.event(event("guard/ages"), CONTEXT)
    logged = log.getvalue() + capsys.readouterr().out
    assert logged.count("rotation step") == 8
    values = [value for secret in secrets.secrets.values() for value in secret.values.values()]
    keys = [json.loads(value).get("current", {}).get("key") for value in values]
    for hidden in (KEY, "proof-of-who-asks", "f" * 64, *filter(None, keys)):
        assert hidden not in logged
