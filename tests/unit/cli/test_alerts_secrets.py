"""`kimi alerts`: the signing secret that proves clicks, and the webhook of Teams."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from labverse.adapters.slack_secret import Held
from labverse.cli.alerts import OVERLAP_SECONDS
from tests.secrets_manager import Secret
from tests.unit.cli.fake import Fake
from tests.unit.cli.test_alerts import current, held

__all__ = ["held"]

OLD, NEW = "0" * 32, "0123456789abcdef" * 2
WEBHOOK = "https://acme.webhook.office.com/webhookb2/1@2/IncomingWebhook/3/4"
SIGNING = ("alerts", "set-slack-signing-secret")


def holding(held: Fake, **members: object) -> None:
    held.vault.secrets["arn-of-slack"] = Secret(json.dumps(members))


def test_a_signing_secret_is_stored_and_not_shown(held: Fake, kimi: Any) -> None:
    done = kimi(*SIGNING, input=f"{NEW}\n")
    assert done.exit_code == 0, done.output
    assert json.loads(current(held)) == {"signing_secret": NEW}
    assert NEW not in done.output
    assert "/slack/interactions" in done.stderr


def test_the_one_before_counts_a_little_longer_and_the_rest_stays(held: Fake, kimi: Any) -> None:
    holding(held, signing_secret=OLD, bot_token="xoxb-1", previous_signing_secret="x")
    before = datetime.now(UTC)
    assert kimi(*SIGNING, input=NEW).exit_code == 0
    members = json.loads(current(held))
    assert members["bot_token"] == "xoxb-1"
    kept = Held("dev", members)
    assert kept.signing(before) == (NEW, OLD)
    assert members["previous_until"] >= int(before.timestamp()) + OVERLAP_SECONDS
    assert kept.signing(datetime.fromtimestamp(members["previous_until"], UTC)) == (NEW,)


def test_one_that_is_known_does_not_count_any_longer(held: Fake, kimi: Any) -> None:
    holding(held, signing_secret=OLD, previous_signing_secret="x", previous_until=9e9)
    assert kimi(*SIGNING, "--at-once", input=NEW).exit_code == 0
    assert json.loads(current(held)) == {"signing_secret": NEW}


def test_the_same_one_again_changes_nothing_but_its_overlap_can_be_ended(
    held: Fake, kimi: Any
) -> None:
    holding(held, signing_secret=OLD)
    assert kimi(*SIGNING, input=NEW).exit_code == 0
    overlapping = current(held)
    assert kimi(*SIGNING, input=NEW).exit_code == 0
    assert current(held) == overlapping
    assert kimi(*SIGNING, "--at-once", input=NEW).exit_code == 0
    assert json.loads(current(held)) == {"signing_secret": NEW}


@pytest.mark.parametrize("text", ["", "two words", "xoxb-a-token", NEW.upper(), f"{NEW}0"])
def test_what_is_no_signing_secret_is_refused(held: Fake, kimi: Any, text: str) -> None:
    assert kimi(*SIGNING, input=text).exit_code == 2
    assert current(held) == "{}"


def test_force_stores_another_kind(held: Fake, kimi: Any) -> None:
    assert kimi(*SIGNING, "--force", input="other").exit_code == 0
    assert json.loads(current(held)) == {"signing_secret": "other"}


def test_a_webhook_is_stored_and_not_shown(held: Fake, kimi: Any) -> None:
    holding(held, bot_token="xoxb-1")
    done = kimi("alerts", "set-teams-webhook", input=WEBHOOK)
    assert done.exit_code == 0, done.output
    assert json.loads(current(held)) == {"bot_token": "xoxb-1", "teams_webhook_url": WEBHOOK}
    assert WEBHOOK not in done.output


@pytest.mark.parametrize("url", ["http://acme.webhook.office.com/x", "https://evil.example/x", "x"])
def test_cards_go_to_microsoft_only(held: Fake, kimi: Any, url: str) -> None:
    done = kimi("alerts", "set-teams-webhook", input=url)
    assert (done.exit_code, current(held)) == (2, "{}")
    assert "webhook.office.com" in done.stderr
