"""OpenAI's service accounts over real HTTP, and the secret that says who may make them."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from labverse.adapters.openai_admin import OpenAIAdmin
from labverse.adapters.vendors import Vendors
from labverse.kernel.errors import InvalidInput, NotFound, Unavailable
from tests.openai_admin import ADMIN_KEY, PROJECT, OpenAIAdminServer
from tests.secrets_manager import MemorySecrets


@pytest.fixture
def server() -> Iterator[OpenAIAdminServer]:
    made = OpenAIAdminServer()
    yield made
    made.close()


@pytest.fixture
def openai(server: OpenAIAdminServer) -> Iterator[OpenAIAdmin]:
    with httpx.Client(trust_env=False) as client:
        yield OpenAIAdmin(f"{server.url}/", PROJECT, ADMIN_KEY, client)


def test_an_account_is_made_found_and_deleted(
    openai: OpenAIAdmin, server: OpenAIAdminServer
) -> None:
    account, key = openai.create("labverse-dev-1")
    assert openai.works(key)
    assert [(a.id, a.name) for a in openai.accounts()] == [(account, "labverse-dev-1")]
    for _ in range(2):
        openai.delete(account)
    assert not openai.works(key)
    assert openai.accounts() == ()
    assert server.asked[0] == f"POST /v1/organization/projects/{PROJECT}/service_accounts"


def test_every_page_of_accounts_is_read(openai: OpenAIAdmin, server: OpenAIAdminServer) -> None:
    server.accounts = {f"svc_{n:04}": (f"name-{n}", "k") for n in range(250)}
    assert [account.name for account in openai.accounts()] == [f"name-{n}" for n in range(250)]
    assert len(server.asked) == 3


CALLS: dict[str, Callable[[OpenAIAdmin], object]] = {
    "create": lambda openai: openai.create("n"),
    "accounts": lambda openai: openai.accounts(),
    "delete": lambda openai: openai.delete("svc_1"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 302])
def test_a_refusal_is_unavailable_and_quotes_no_key(
    call: str, status: int, openai: OpenAIAdmin, server: OpenAIAdminServer
) -> None:
    server.status = status
    if (call, status) == ("delete", 404):
        openai.delete("svc_1")
        return
    with pytest.raises(Unavailable, match=str(status)) as caught:
        CALLS[call](openai)
    assert ADMIN_KEY not in str(caught.value)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"id": "svc_1"}', b'{"id": 1, "api_key": {}}'])
def test_an_answer_without_a_key_is_no_key(
    raw: bytes, openai: OpenAIAdmin, server: OpenAIAdminServer
) -> None:
    server.raw = raw
    with pytest.raises(Unavailable):
        openai.create("n")


@pytest.mark.parametrize("raw", [b"{}", b'{"data": {}}', b'{"data": [5]}', b"[]"])
def test_something_else_than_a_list_is_no_list(
    raw: bytes, openai: OpenAIAdmin, server: OpenAIAdminServer
) -> None:
    server.raw = raw
    with pytest.raises(Unavailable):
        openai.accounts()


def test_a_list_without_an_end_is_not_read_for_ever(
    openai: OpenAIAdmin, server: OpenAIAdminServer
) -> None:
    server.raw = b'{"data": [{"id": "svc_1", "name": "n"}], "has_more": true}'
    with pytest.raises(Unavailable):
        openai.accounts()


@pytest.mark.parametrize("call", [*CALLS, "works"])
def test_a_vendor_that_is_not_there_is_unavailable(
    call: str, openai: OpenAIAdmin, server: OpenAIAdminServer
) -> None:
    server.close()
    with pytest.raises(Unavailable):
        (CALLS | {"works": lambda openai: openai.works("key")})[call](openai)


def vendors(text: str | None) -> Vendors:
    return Vendors("admin", MemorySecrets(admin=text), httpx.Client(trust_env=False))  # type: ignore[arg-type]


def test_the_admin_secret_says_who_makes_keys(server: OpenAIAdminServer) -> None:
    assert vendors("{}")() == {}
    have = {"admin_key": ADMIN_KEY, "project": PROJECT, "url": server.url}
    made = vendors(json.dumps({"openai": have}))()
    assert made.keys() == {"openai"}
    assert made["openai"].accounts() == ()
    official = vendors(json.dumps({"openai": {"admin_key": "k", "project": "p"}}))()["openai"]
    assert isinstance(official, OpenAIAdmin)
    assert official._url == "https://api.openai.com/v1"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "not json", '{"anthropic": {}}', '{"openai": {"admin_key": "sk-admin"}}',
     '{"openai": {"admin_key": "sk-admin", "project": "p", "url": "http://api.openai.com/v1"}}',
     '{"openai": {"admin_key": "sk-admin", "project": "p", "url": "http://127.0.0.1.evil.com/"}}'],
)  # fmt: skip
def test_an_admin_secret_of_another_shape_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        vendors(text)()
    assert "sk-admin" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_without_the_admin_secret_nothing_rotates() -> None:
    with pytest.raises(NotFound):
        vendors(None)()
