"""The secret of Slack: what counts when, read seldom, and read anew when a signature is new."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from labverse.adapters.slack_secret import FRESH_SECONDS, Held, SlackSecret, name_of
from labverse.kernel.errors import Refused, Unavailable
from tests.unit.platform.fakes import FakeClock

NOW = datetime(2026, 1, 5, tzinfo=UTC)


class Client:
    def __init__(self, **members: Any) -> None:
        self.members, self.reads, self.down = members, 0, False

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        assert SecretId == name_of("dev")
        self.reads += 1
        if self.down:
            raise ClientError({"Error": {"Code": "InternalServiceError"}}, "GetSecretValue")
        return {"SecretString": json.dumps(self.members)}


def secret(client: Any, clock: FakeClock) -> SlackSecret:
    return SlackSecret("dev", client, clock)


def signing(held: Held) -> tuple[str, ...]:
    return held.signing(NOW)


def test_it_is_read_once_and_again_when_it_is_old() -> None:
    client, clock = Client(signing_secret="a"), FakeClock()
    kept = secret(client, clock)
    assert [signing(kept.current()) for _ in range(3)] == [("a",)] * 3
    clock.seconds += FRESH_SECONDS
    client.members = {"signing_secret": "b"}
    assert signing(kept.current()) == ("b",)
    assert client.reads == 2


def test_a_change_is_seen_at_once_but_forgers_do_not_cost_a_read_each() -> None:
    client, clock = Client(signing_secret="a"), FakeClock()
    kept = secret(client, clock)
    kept.current()
    clock.seconds += 1
    client.members = {"signing_secret": "b"}
    assert [signing(kept.again()) for _ in range(9)] == [("b",)] * 9
    assert client.reads == 2


def test_what_is_known_outlives_a_failure_and_what_is_not_known_is_unavailable(
    log: io.StringIO,
) -> None:
    client, clock = Client(signing_secret="a"), FakeClock()
    kept, never = secret(client, clock), secret(client, clock)
    kept.current()
    client.down = True
    clock.seconds += FRESH_SECONDS
    assert signing(kept.current()) == ("a",)
    assert "secret of slack kept" in log.getvalue()
    with pytest.raises(Unavailable):
        never.current()


@pytest.mark.parametrize(("minutes", "count"), [(-1, 2), (0, 1), (1, 1)])
def test_the_secret_before_counts_until_its_time_is_over(minutes: int, count: int) -> None:
    until = (NOW - timedelta(minutes=minutes)).timestamp()
    members = {"signing_secret": "b", "previous_signing_secret": "a", "previous_until": until}
    assert signing(Held("dev", members)) == ("b", "a")[:count]


def test_a_previous_secret_without_an_end_does_not_count() -> None:
    members = {"signing_secret": "b", "previous_signing_secret": "a", "previous_until": "never"}
    assert signing(Held("dev", members)) == ("b",)


def test_nothing_is_nobody() -> None:
    assert signing(Held("dev", {})) == ()


@pytest.mark.parametrize("value", [7, ["a"], "a\nb", "é"])
def test_what_is_no_secret_is_refused_and_not_shown(value: Any) -> None:
    with pytest.raises(Refused) as refused:
        signing(Held("dev", {"signing_secret": value}))
    assert str(value) not in str(refused.value)
    assert str(value) not in repr(Held("dev", {"signing_secret": value}))


def test_replies_go_to_slack_but_on_the_local_cloud() -> None:
    members = {"api_url": "http://127.0.0.1:4569/api/"}
    assert Held("dev", members).replies == "https://hooks.slack.com"
    assert Held("local", members).replies == "http://127.0.0.1:4569"
    assert Held("local", {}).replies == "https://hooks.slack.com"
