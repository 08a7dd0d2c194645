"""`Vendor` on OpenAI's administration API: a service account of a project comes with one key.

POST, GET and DELETE of /organization/projects/{project}/service_accounts with an admin key; the
key of a new account is told in the answer, once, and goes when its account goes.
"""

from typing import Any
from urllib.parse import quote

import httpx

from labverse.guard.ports import Account
from labverse.kernel.errors import Unavailable

URL = "https://api.openai.com/v1"
_SECONDS = 5.0
_PAGE = 100
_PAGES = 20  # of 100 accounts each; a project with more is not one that we alone use


class OpenAIAdmin:
    """Service accounts of one project."""

    def __init__(self, url: str, project: str, admin_key: str, client: httpx.Client) -> None:
        self._url, self._client, self._admin_key = url.rstrip("/"), client, admin_key
        self._accounts = f"/organization/projects/{quote(project, safe='')}/service_accounts"

    def create(self, name: str) -> tuple[str, str]:
        """A new account and its key. An answer that never came may leave an account behind."""
        made = self._ask("POST", self._accounts, {"name": name})
        account, key = made.get("id"), made.get("api_key")
        value = key.get("value") if isinstance(key, dict) else None
        if not (isinstance(account, str) and isinstance(value, str) and value):
            raise Unavailable("OpenAI made an account without telling its key")
        return account, value

    def accounts(self) -> tuple[Account, ...]:
        """All pages of them."""
        found: list[Account] = []
        after = ""
        for _ in range(_PAGES):
            page = self._ask("GET", f"{self._accounts}?limit={_PAGE}{after}")
            found += _accounts(page)
            if not (page.get("has_more") and found):
                return tuple(found)
            after = f"&after={quote(found[-1].id, safe='')}"
        raise Unavailable("OpenAI lists more service accounts than we read")

    def delete(self, account_id: str) -> None:
        """Gone already is as good."""
        path = f"{self._accounts}/{quote(account_id, safe='')}"
        self._ask("DELETE", path, gone=httpx.codes.NOT_FOUND)

    def works(self, key: str) -> bool:
        """Whether `key` may list models, which costs nothing."""
        return self._sent("GET", "/models", None, key).status_code == httpx.codes.OK

    def _ask(
        self, method: str, path: str, body: dict[str, str] | None = None, gone: int = 0
    ) -> dict[str, Any]:
        answer = self._sent(method, path, body, self._admin_key)
        if answer.status_code == gone:
            return {}
        if not answer.is_success:
            # Its body is left out: nothing says that it holds no key.
            raise Unavailable(
                f"OpenAI answers {answer.status_code} to {method} of a service account"
            )
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Unavailable("OpenAI answers without a JSON object")
        return found

    def _sent(
        self, method: str, path: str, body: dict[str, str] | None, key: str
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {key}"}
        try:
            return self._client.request(
                method, self._url + path, json=body, headers=headers, timeout=_SECONDS
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"OpenAI cannot be reached: {type(error).__name__}") from None


def _accounts(page: dict[str, Any]) -> list[Account]:
    rows = page.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unavailable("OpenAI lists something else than service accounts")
    return [Account(id=str(row.get("id")), name=str(row.get("name"))) for row in rows]
