"""Events and secrets on AWS's own protocol, with its answers scripted by botocore's stubber."""

import io
import json
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from labverse.adapters.eventbridge import EventBridgeAnnouncer
from labverse.adapters.probes import TableProbe
from labverse.adapters.secrets_keys import ABSENT_SECONDS, FRESH_SECONDS, SecretsKeys
from labverse.kernel.errors import Unavailable
from labverse.kernel.model import Model
from tests.unit.platform.fakes import FakeClock, FakeLetters


class SomethingHappened(Model):
    what: str


def stubbed(service: str) -> tuple[Any, Stubber]:
    client = botocore.session.Session().create_client(
        service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    return client, Stubber(client)


def test_an_event_is_named_after_its_class() -> None:
    client, stub = stubbed("events")
    entry = {
        "EventBusName": "bus",
        "Source": "labverse.test",
        "DetailType": "SomethingHappened",
        "Detail": '{"what":"x"}',
    }
    stub.add_response("put_events", {"FailedEntryCount": 0, "Entries": []}, {"Entries": [entry]})
    with stub:
        announcer(client).announce(SomethingHappened(what="x"))
        stub.assert_no_pending_responses()


def announcer(client: Any, letters: FakeLetters | None = None) -> EventBridgeAnnouncer:
    return EventBridgeAnnouncer(client, "bus", "labverse.test", letters or FakeLetters())


@pytest.mark.parametrize("how", ["refused", "down"])
@pytest.mark.parametrize("letters", [FakeLetters(), FakeLetters(down=True)])
def test_an_event_that_was_not_taken_is_kept_and_counted(
    how: str, letters: FakeLetters, log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    client, stub = stubbed("events")
    if how == "down":
        stub.add_client_error("put_events", "InternalException")
    else:
        failed = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "Throttled"}]}
        stub.add_response("put_events", failed)
    with stub:
        announcer(client, letters).announce(SomethingHappened(what="x"))
    told = json.loads(log.getvalue())
    if letters.down:
        assert told["detail"] == '{"what":"x"}'
    else:
        kept = letters.kept.pop()
        assert (kept.kind, kept.event["Detail"]) == ("undelivered", '{"what":"x"}')
        assert "detail" not in told
    assert "EventsUndelivered" in capsys.readouterr().out


def test_a_table_that_does_not_answer_is_unreachable() -> None:
    client, stub = stubbed("dynamodb")
    stub.add_response("get_item", {})
    stub.add_client_error("get_item", "ResourceNotFoundException")
    with stub:
        probe = TableProbe("t", client, "key_id")
        assert (probe.state(), probe.state()) == ("ok", "unreachable")


def secrets(*answers: str | None) -> tuple[SecretsKeys, FakeClock]:
    client, stub = stubbed("secretsmanager")
    for answer in answers:
        if answer is None:
            stub.add_client_error("get_secret_value", "InternalServiceError")
        else:
            stub.add_response("get_secret_value", {"SecretString": answer})
    stub.activate()
    clock = FakeClock()
    return SecretsKeys("secret", client, clock), clock


def test_provider_keys_are_read_once_and_again_when_refused() -> None:
    keys, clock = secrets('{"openai": "old"}', '{"openai": "new"}')
    assert (keys.current("openai"), keys.current("openai")) == ("old", "old")
    clock.seconds += FRESH_SECONDS - 1
    assert keys.current("openai") == "old"
    assert (keys.again("openai"), keys.current("openai")) == ("new", "new")
    assert keys.again("openai") == "new", "read again within a second, the stub would have failed"


def test_an_absent_key_is_looked_for_soon() -> None:
    keys, clock = secrets("{}", '{"openai": "set"}')
    assert keys.current("openai") is None
    clock.seconds += ABSENT_SECONDS
    assert keys.current("openai") == "set"


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"openai": 5}', '{"openai": " "}'])
def test_a_secret_that_holds_no_key_is_no_key(text: str, log: io.StringIO) -> None:
    assert secrets(text or " ")[0].current("openai") is None
    assert "not json" not in log.getvalue()


def test_secrets_that_cannot_be_read_are_unavailable_until_they_were_read_once() -> None:
    keys, clock = secrets(None, '{"openai": "old"}', None)
    with pytest.raises(Unavailable):
        keys.current("openai")
    assert keys.current("openai") == "old"
    clock.seconds += FRESH_SECONDS
    assert keys.current("openai") == "old", "what we know still works more often than not"
