"""A function's world without AWS: its environment, its layer's files, and tables in memory."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra_cdk.config import StageConfig
from infra_cdk.constructs.layer import config_files
from labverse.adapters import aws, doors, slack_secret
from labverse.platform import files
from labverse.platform.keys import KeyRecord, mint
from tests.functions.watch import Watch
from tests.infra.assembly import Assembly
from tests.infra.grants import missing_grants
from tests.unit.platform.answers_table import AnswersTable
from tests.unit.platform.fakes import PEPPERS
from tests.unit.route.table import Table

CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="r"
)
ENVIRONMENT = {
    "STAGE": "dev",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "labverse",
    "KEYS_TABLE": "keys",
    "EVENT_BUS": "labverse",
    "LOCAL_MODEL_URL": "none",
    "LOCAL_MODEL": "qwen2:7b",
    "PROVIDER_KEYS_ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:provider-keys",
    "PROVIDER_BASE_URL": "none",
    "CAPACITY_TABLE": "capacity",
    "DECISIONS_TABLE": "decisions",
    "SEGMENTS_TABLE": "segments",
    "FALLBACK_SERVICE": '{"cluster": "c", "service": "s", "minimum": 0, "maximum": 1}',
}


class Cloud:
    """What the handlers' clients talk to: one key, and the events that were put."""

    def __init__(self) -> None:
        self.key, record = mint("test", frozenset({"route"}), datetime.now(UTC))
        self.records: dict[str, KeyRecord] = {record.key_id: record.sealed(PEPPERS)}
        self.events: list[dict[str, Any]] = []
        self.provider_keys: dict[str, str] = {}
        self.slack: dict[str, str] = {}
        self.ledger, self.capacity = Table(), Table(key="name")
        self.answers = AnswersTable()
        self.put_item, self.delete_item = self.answers.put_item, self.answers.delete_item
        self.query, self.batch_write_item = self.answers.query, self.answers.batch_write_item
        self.down = False
        self.bus_down = False
        self.letters: list[dict[str, Any]] = []

    def get_item(self, *, Key: dict[str, Any], **asked: Any) -> dict[str, Any]:  # noqa: N803
        if asked["TableName"].endswith("-answers"):
            found: dict[str, Any] = self.answers.get_item(Key=Key, **asked)
            return found
        if self.down:
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "GetItem")
        if asked["TableName"] == ENVIRONMENT["CAPACITY_TABLE"]:
            item = self.capacity.items.get(Key["name"]["S"])
            return {"Item": item} if item else {}
        record = self.records.get(Key["key_id"]["S"])
        return {"Item": {"record": {"S": record.model_dump_json()}}} if record else {}

    def update_item(self, **update: Any) -> Any:
        return self._table(update["TableName"]).update_item(**update)

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Any:  # noqa: N803
        (name,) = RequestItems
        return self._table(name).batch_get_item(RequestItems=RequestItems)

    def _table(self, name: str) -> Any:
        if name.endswith("-answers"):
            return self.answers
        return self.capacity if name == ENVIRONMENT["CAPACITY_TABLE"] else self.ledger

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803
        if SecretId == doors.pepper(ENVIRONMENT["STAGE"]):
            return {"SecretString": PEPPERS.text()}
        if SecretId == slack_secret.name_of(ENVIRONMENT["STAGE"]):
            return {"SecretString": json.dumps(self.slack)}
        return {"SecretString": json.dumps(self.provider_keys)}

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        if self.bus_down:
            raise ClientError({"Error": {"Code": "InternalException"}}, "PutEvents")
        self.events += Entries
        return {"FailedEntryCount": 0, "Entries": [{}]}

    def get_queue_url(self, *, QueueName: str) -> dict[str, Any]:  # noqa: N803
        return {"QueueUrl": f"https://sqs.example.com/{QueueName}"}

    def send_message(self, **letter: Any) -> dict[str, Any]:
        self.letters.append(letter)
        return {"MessageId": "m"}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    made = Cloud()
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(aws, "client", lambda _service: made)
    config = config_files(StageConfig.load("dev"))
    monkeypatch.setattr(files, "read", config.__getitem__)
    return made


@pytest.fixture(autouse=True)
def granted(cloud: Cloud, local: Assembly, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a function calls in a test, its role in the template must allow."""
    watch = Watch(aws.client, ENVIRONMENT)
    monkeypatch.setattr(aws, "client", watch.client)
    yield
    missing = missing_grants(local, watch.calls)
    assert not missing, "\n".join(missing)


@pytest.fixture
def fresh() -> Callable[[Any], Any]:
    """A handler module as a cold start finds it: nothing primed yet."""

    def forget(module: Any) -> Any:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
        return module

    return forget


class Model(BaseHTTPRequestHandler):
    """Answers every prompt with the temperature it was asked at."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        choice = {"message": {"content": f"at {asked['temperature']}"}, "finish_reason": "stop"}
        raw = json.dumps({"model": asked["model"], "choices": [choice]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def model(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("LOCAL_MODEL_URL", f"http://127.0.0.1:{server.server_port}/v1")
        yield
        server.shutdown()


@pytest.fixture
def paid(cloud: Cloud, model: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One provider has a key, and answers."""
    cloud.provider_keys = {"openai": "sk-test"}
    monkeypatch.setenv("PROVIDER_BASE_URL", os.environ["LOCAL_MODEL_URL"].removesuffix("/v1"))


@pytest.fixture
def route(cloud: Cloud, fresh: Callable[[Any], Any]) -> Any:
    from functions.route import handler

    return fresh(handler)
