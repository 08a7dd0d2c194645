"""Only what Slack signed lately, byte for byte, is believed; a replay is recognised."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.approve.signature import signed, verified
from labverse.kernel.errors import Unauthenticated

SECRET, BODY = "8f742231b10e8888abcd99yyyzzz85a5", b"payload=%7B%7D"
NOW = datetime(2026, 1, 5, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))


def headers(signature: str | None = None, stamp: str = STAMP) -> dict[str, str]:
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature or signed(SECRET, stamp, BODY),
    }


def test_the_vector_that_slack_publishes() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signed(SECRET, "1531420618", body) == expected


def test_a_replay_has_the_same_identity_and_nothing_else_has() -> None:
    first = verified([SECRET], headers(), BODY, NOW)
    assert verified([SECRET], headers(), BODY, NOW + timedelta(seconds=9)) == first
    later = str(int(STAMP) + 1)
    assert verified([SECRET], headers(stamp=later), BODY, NOW) != first


def test_either_secret_of_a_rotation_counts() -> None:
    assert verified(["", "new", SECRET], headers(), BODY, NOW)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_the_window_is_five_minutes_either_way(seconds: int) -> None:
    assert verified([SECRET], headers(), BODY, NOW + timedelta(seconds=seconds))
    with pytest.raises(Unauthenticated):
        verified([SECRET], headers(), BODY, NOW + timedelta(seconds=seconds * 1.01))


@pytest.mark.parametrize(
    "given_",
    [
        {},
        headers(signature="v0=" + "0" * 64),
        headers(signature=signed(SECRET, STAMP, BODY).upper()),
        headers(signature=signed(SECRET, STAMP, BODY) + "\n"),
        headers(signature="v0=é"),
        {"X-Slack-Signature": signed(SECRET, STAMP, BODY)},
        headers(stamp="٣" * 10, signature="v0=" + "0" * 64),
        headers(stamp="nan"),
        headers(stamp=f" {STAMP}"),
    ],
)
def test_a_forgery_is_refused(given_: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        verified([SECRET], given_, BODY, NOW)


def test_without_a_secret_nothing_is_believed() -> None:
    for secrets in ([], [""]):
        with pytest.raises(Unauthenticated):
            verified(secrets, headers(signed("", STAMP, BODY)), BODY, NOW)


@given(st.binary(max_size=40))
def test_any_other_body_is_refused(body: bytes) -> None:
    if body != BODY:
        with pytest.raises(Unauthenticated):
            verified([SECRET], headers(), body, NOW)
