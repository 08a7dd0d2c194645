"""`kimi keys` and `kimi providers set-key`."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from labverse.cli import typed
from labverse.guard.bundle import Bundle
from labverse.platform.keys import KeyRecord
from tests.secrets_manager import Secret
from tests.unit.cli.fake import Fake
from tests.unit.platform.fakes import PEPPERS

SECRET = "sk-do-not-show-me"


def test_a_key_is_shown_once_and_kept_as_a_hash(fake: Fake, kimi: Any) -> None:
    done = kimi("keys", "create", "--name", "a script", "--scopes", "route, observe")
    assert done.exit_code == 0
    key = done.stdout.strip()
    assert key.startswith("lv_")
    assert "once" in done.stderr
    assert key not in done.stderr
    (item,) = fake.items.values()
    record = KeyRecord.model_validate_json(item["record"]["S"])
    assert (record.name, record.scopes) == ("a script", frozenset({"route", "observe"}))
    assert key.split("_", 2)[2] not in item["record"]["S"]
    assert record.genuine(PEPPERS)


def test_keys_are_listed_and_revoked(fake: Fake, kimi: Any) -> None:
    made = json.loads(kimi("keys", "create", "--name", "n", "--scopes", "route", "--json").stdout)
    assert made["scopes"] == ["route"]
    listed = json.loads(kimi("keys", "list", "--json").stdout)
    assert listed == [{name: made[name] for name in made if name != "key"}]
    assert kimi("keys", "revoke", made["id"]).exit_code == 0
    assert json.loads(kimi("keys", "list", "--json").stdout)[0]["revoked_at"]
    table = kimi("keys", "list").stdout
    assert table.split()[:6] == ["id", "name", "scopes", "person", "created", "revoked"]
    assert made["key"] not in table


def test_a_key_that_approves_is_somebodys_and_asks_for_nothing(fake: Fake, kimi: Any) -> None:
    person = ("--person", "T0LOCAL/U0ANA")
    refused = [
        kimi("keys", "create", "--name", "n", "--scopes", "approve"),
        kimi("keys", "create", "--name", "n", "--scopes", "approve,negotiate", *person),
        kimi("keys", "create", "--name", "n", "--scopes", "approve,admin", *person),
        kimi("keys", "create", "--name", "n", "--scopes", "approve", "--person", "Ana"),
    ]
    assert [done.exit_code for done in refused] == [2, 2, 2, 2]
    assert fake.items == {}
    made = kimi("keys", "create", "--name", "n", "--scopes", "approve", *person, "--json")
    assert json.loads(made.stdout)["person"] == "T0LOCAL/U0ANA"
    (item,) = fake.items.values()
    assert KeyRecord.model_validate_json(item["record"]["S"]).person == "T0LOCAL/U0ANA"


@pytest.mark.parametrize("scopes", ["route,root", "", ","])
def test_an_unknown_scope_names_the_known_ones(fake: Fake, kimi: Any, scopes: str) -> None:
    done = kimi("keys", "create", "--name", "n", "--scopes", scopes)
    assert done.exit_code == 2
    for scope in ("admin", "approve", "negotiate", "observe", "operate", "revenue", "upsell"):
        assert scope in done.stderr
    assert fake.items == {}


def test_an_unknown_key_cannot_be_revoked(fake: Fake, kimi: Any) -> None:
    done = kimi("keys", "revoke", "nobody")
    assert done.exit_code == 1
    assert "kimi keys list" in done.stderr


def test_keys_of_a_stopped_cloud_say_make_up(fake: Fake, kimi: Any) -> None:
    fake.stop()
    done = kimi("keys", "list")
    assert done.exit_code == 4
    assert "make up" in done.stderr


def test_a_providers_key_joins_the_others(fake: Fake, kimi: Any) -> None:
    for name in ("openai", "anthropic", "openai"):
        done = kimi("providers", "set-key", name, input=f"{SECRET}-{name}\n")
        assert done.exit_code == 0, done.stderr
        assert "5 minutes" in done.stderr
        assert SECRET not in done.output
    assert Bundle.parse(fake.held()).keys == {
        "openai": f"{SECRET}-openai",
        "anthropic": f"{SECRET}-anthropic",
    }


def test_a_provider_nobody_configured_needs_force(fake: Fake, kimi: Any) -> None:
    done = kimi("providers", "set-key", "opanai", input=SECRET)
    assert done.exit_code == 2
    assert "it has: anthropic, openai" in done.stderr
    assert fake.held() == "{}"
    assert kimi("providers", "set-key", "opanai", "--force", input=SECRET).exit_code == 0


@pytest.mark.parametrize("text", ["", " \n", "two words", "sk-\x1b[A", "sk-é"])
def test_what_is_no_key_is_refused(fake: Fake, kimi: Any, text: str) -> None:
    assert kimi("providers", "set-key", "openai", input=text).exit_code == 2
    assert fake.held() == "{}"


def test_a_key_in_argv_is_refused(fake: Fake, kimi: Any) -> None:
    assert kimi("providers", "set-key", "openai", SECRET, input="x").exit_code == 2
    assert fake.held() == "{}"


def test_at_a_terminal_the_key_is_typed_unseen(
    fake: Fake, kimi: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed, "_by_hand", lambda: True)
    monkeypatch.setattr(typed, "getpass", lambda _: SECRET)
    assert kimi("providers", "set-key", "openai").exit_code == 0
    assert Bundle.parse(fake.held()).keys == {"openai": SECRET}


@pytest.mark.parametrize("content", ["plain text", "[1]"])
def test_another_secret_is_never_overwritten(fake: Fake, kimi: Any, content: str) -> None:
    fake.vault.secrets["the-secret"] = Secret(content)
    done = kimi("providers", "set-key", "openai", input=SECRET)
    assert done.exit_code == 1
    assert content not in done.stderr
    assert fake.held() == content


def test_a_missing_secret_is_not_created(fake: Fake, kimi: Any) -> None:
    del fake.vault.secrets["the-secret"]
    done = kimi("providers", "set-key", "openai", input=SECRET)
    assert done.exit_code == 1
    assert "the-secret" in done.stderr
    assert "the-secret" not in fake.vault.secrets
