"""The deployed app is clicked as Slack clicks: signed requests, many at once, good ones and bad."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from infra_cdk.local.slack.people import TEAM
from labverse.approve.clicks import value
from labverse.approve.deciding import Shown
from labverse.approve.replies import REPLAYED, WORDS
from tests.cloud import Deployed
from tests.local.workflows import Asking, asking

CLICKS = 100
# What two cores bear: each in flight is a process of the emulator's that has to be started.
IN_FLIGHT = 8
SECONDS = 60.0


class Channel:
    """One question, the clicks on it, and what people read."""

    def __init__(self, office: Asking) -> None:
        self.office, url = office, office.deployed.facts["slack_url"]
        limits = httpx.Limits(max_connections=IN_FLIGHT)
        self.http = httpx.Client(base_url=url, timeout=90, trust_env=False, limits=limits)
        self.id = office.ask()
        self.until(self.shown, "a message with buttons")

    def click(self, user: str = "U0BEN", action: str = "approve", **more: Any) -> dict[str, Any]:
        body = {"approval_id": self.id, "action": action, "user": user, **more}
        return dict(self.http.post("/_clicks", json=body).raise_for_status().json())

    def replies(self, *clicks: dict[str, Any]) -> list[str]:
        """What whoever clicked so was told."""
        names = {click["reply"] for click in clicks}
        told = self.http.get("/_replies").json()
        return [one["text"] for one in told if one["reply"] in names]

    def shown(self) -> str | None:
        """The message as long as it has buttons."""
        for message in self.http.get("/_messages").json():
            blocks = message.get("blocks") or ()
            if any(block.get("block_id") == self.id for block in blocks):
                return str(message["text"])
        return None

    def undecided(self) -> bool:
        """Whether nothing came of anything so far."""
        kept, running = self.office.item(self.id), self.office.run(self.id)["status"] == "RUNNING"
        return running and kept["todo"]["S"] == "open" and self.shown() is not None

    def until(self, done: Callable[[], Any], what: str) -> None:
        end = time.monotonic() + SECONDS
        while not done():
            assert time.monotonic() < end, f"{what} within {SECONDS:.0f} s"
            time.sleep(0.1)


@pytest.fixture
def channel(deployed: Deployed) -> Iterator[Channel]:
    with asking(deployed) as office:
        made = Channel(office)
        yield made
        made.http.delete("/_errors")
        made.http.close()


def test_a_hundred_clicks_are_one_decision_and_ninety_nine_visible_answers(
    channel: Channel,
) -> None:
    people = [(("U0ANA", "U0BEN")[n % 2], ("approve", "veto")[n // 2 % 2]) for n in range(CLICKS)]
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        clicks = list(pool.map(lambda one: channel.click(*one), people))
    assert Counter(click["status"] for click in clicks) == {200: CLICKS}
    channel.until(lambda: len(channel.replies(*clicks)) == CLICKS, "an answer to each click")
    verdict = channel.office.verdict(channel.id)
    won = WORDS[Shown(verdict["reason"])]
    told = Counter(text.partition("\n")[0] for text in channel.replies(*clicks))
    assert told == {won: 1, WORDS[Shown.ALREADY_DECIDED]: CLICKS - 1}
    history = Counter(channel.office.history(channel.id))
    assert (history["TaskSucceeded"], history["ExecutionSucceeded"]) == (1, 1)
    channel.until(lambda: channel.shown() is None, "a message without buttons")


@pytest.mark.parametrize(
    ("wrong", "status", "told"),
    [
        ({"forged": True}, 401, None),
        ({"age": 400}, 401, None),
        ({"age": -400}, 401, None),
        ({"value": "garbage"}, 422, None),
        ({"team": "T0OTHER"}, 200, WORDS[Shown.WRONG_TEAM]),
        ({"user": "U0EVE"}, 200, WORDS[Shown.NOT_ALLOWED]),
        ({"value": "other-terms"}, 200, WORDS[Shown.OTHER_TERMS]),
    ],
)
def test_what_may_not_be_changes_nothing(
    channel: Channel, wrong: dict[str, Any], status: int, told: str | None
) -> None:
    if wrong.get("value") == "other-terms":
        wrong = {"value": value(channel.id, "cd" * 32)}
    click = channel.click(**wrong)
    assert click["status"] == status, click
    answers = [text.partition("\n")[0] for text in channel.replies(click)]
    assert answers == ([told] if told else [])
    assert channel.undecided()


def test_a_replay_changes_nothing_and_is_told(channel: Channel) -> None:
    click = channel.click("U0EVE", times=3)
    assert [one["status"] for one in click["answers"]] == [200] * 3
    assert channel.replies(click) == [WORDS[Shown.NOT_ALLOWED], *[WORDS[REPLAYED]] * 2]
    assert channel.undecided()


def test_a_reply_that_does_not_arrive_is_sent_by_somebody_else(channel: Channel) -> None:
    fault = {"error": "500", "times": 1, "method": "response_url"}
    channel.http.post("/_errors", json=fault).raise_for_status()
    click = channel.click(action="veto")
    assert click["status"] == 200
    channel.until(lambda: channel.replies(click), "the reply")
    (text,) = channel.replies(click)
    assert text.startswith(WORDS[Shown.VETOED])
    assert f"by {TEAM}/U0BEN" in text
