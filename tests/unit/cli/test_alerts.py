"""`kimi alerts set-slack-token`: the token goes into the secret, and nothing else is lost."""

import json
from typing import Any

import pytest

from tests.secrets_manager import Secret
from tests.unit.cli.fake import Fake

TOKEN = "xoxb-of-a-bot"


@pytest.fixture
def held(fake: Fake) -> Fake:
    fake.parameters["/labverse/local/slack-secret"] = "arn-of-slack"
    fake.vault.secrets["arn-of-slack"] = Secret("{}")
    return fake


def current(held: Fake) -> str:
    return str(held.vault.get_secret_value(SecretId="arn-of-slack")["SecretString"])


def test_a_token_is_stored_and_not_shown(held: Fake, kimi: Any) -> None:
    done = kimi("alerts", "set-slack-token", input=f"{TOKEN}\n")
    assert done.exit_code == 0, done.output
    assert json.loads(current(held)) == {"bot_token": TOKEN}
    assert TOKEN not in done.output


def test_what_else_is_set_stays_but_not_the_stand_ins_address(held: Fake, kimi: Any) -> None:
    before = {"bot_token": "xoxb-old", "signing_secret": "s", "api_url": "http://127.0.0.1/api/"}
    held.vault.secrets["arn-of-slack"] = Secret(json.dumps(before))
    assert kimi("alerts", "set-slack-token", input=TOKEN).exit_code == 0
    assert json.loads(current(held)) == {"bot_token": TOKEN, "signing_secret": "s"}


@pytest.mark.parametrize("text", ["", "two words", "xoxp-of-a-person"])
def test_what_is_no_bots_token_is_refused(held: Fake, kimi: Any, text: str) -> None:
    assert kimi("alerts", "set-slack-token", input=text).exit_code == 2
    assert current(held) == "{}"


def test_force_stores_another_kind_of_token(held: Fake, kimi: Any) -> None:
    assert kimi("alerts", "set-slack-token", "--force", input="other").exit_code == 0
    assert json.loads(current(held)) == {"bot_token": "other"}


@pytest.mark.parametrize("content", ["plain text", "[1]"])
def test_another_secret_is_never_overwritten(held: Fake, kimi: Any, content: str) -> None:
    held.vault.secrets["arn-of-slack"] = Secret(content)
    done = kimi("alerts", "set-slack-token", input=TOKEN)
    assert done.exit_code == 1
    assert content not in done.stderr
    assert current(held) == content


def test_a_missing_secret_is_not_created(held: Fake, kimi: Any) -> None:
    del held.vault.secrets["arn-of-slack"]
    assert kimi("alerts", "set-slack-token", input=TOKEN).exit_code == 1
    assert "arn-of-slack" not in held.vault.secrets
