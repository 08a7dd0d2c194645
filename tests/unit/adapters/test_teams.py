"""Cards go to Microsoft and nowhere else; on the local cloud, to this machine."""

from collections.abc import Iterator

import pytest

from infra_cdk.local.slack.controls import TEAMS
from infra_cdk.local.slack.failing import Fault
from infra_cdk.local.slack.server import SlackServer
from labverse.adapters.teams import TeamsChannel, usable
from labverse.approve import cards
from labverse.approve.cards import Question
from labverse.kernel.errors import Refused, Unavailable
from tests.unit.approve.asked import approval

CARD = cards.teams(Question(title="Deal?"), approval())


@pytest.fixture
def chat() -> Iterator[SlackServer]:
    server = SlackServer(0)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.webhook.office.com/webhookb2/1@2/IncomingWebhook/3/4",
        "https://prod-12.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke",
        "https://default1.2.environment.api.powerplatform.com/powerautomate/workflows/1",
    ],
)
def test_microsofts_own_addresses_are_usable_on_every_stage(url: str) -> None:
    assert usable(url, "dev")
    assert usable(url, "local")


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.webhook.office.com/x",
        "https://webhook.office.com.evil.example/x",
        "https://evil.example/.webhook.office.com",
        "https://evilwebhook.office.com/x",
        "https://acme.webhook.office.com@evil.example/x",
        "https://user@acme.webhook.office.com/x",
        "https://acme.webhook.office.com:8443/x",
        "https://acme.webhook.office.com:x/",
        "https://169.254.169.254/x",
        "https://127.0.0.1/x",
        "http://127.0.0.1:4569/_teams",
        "file:///etc/passwd",
        "//acme.webhook.office.com/x",
        "",
    ],
)
def test_no_other_address_is_usable(url: str) -> None:
    assert not usable(url, "dev")
    with pytest.raises(Refused):
        TeamsChannel(url, "dev").post(CARD)


def test_the_local_cloud_has_loopback_too() -> None:
    assert usable("http://127.0.0.1:4569/_teams", "local")
    assert not usable("http://127.0.0.1.evil.example/_teams", "local")
    assert not usable("http://127.0.0.1@evil.example/_teams", "local")


def test_a_card_arrives(chat: SlackServer) -> None:
    TeamsChannel(f"{chat.url}{TEAMS}", "local").post(CARD)
    assert chat.controls.cards() == [CARD]


@pytest.mark.parametrize(("error", "kind"), [("500", Unavailable), ("400", Refused)])
def test_its_errors_are_told_apart(chat: SlackServer, error: str, kind: type[Exception]) -> None:
    chat.faults.fail(Fault(error, method="teams"))
    with pytest.raises(kind) as failed:
        TeamsChannel(f"{chat.url}{TEAMS}", "local").post(CARD)
    assert chat.url not in str(failed.value)
