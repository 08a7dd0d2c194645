"""The functions of approve over an office of their own."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.functions import office as offices
from tests.functions.conftest import CONTEXT, Cloud
from tests.functions.office import Office
from tests.infra.assembly import Assembly

Event = Callable[[str], Any]


@pytest.fixture
def office(cloud: Cloud, local: Assembly, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with offices.opened(cloud, local, monkeypatch) as made:
        yield made


@pytest.fixture
def approve(office: Office, fresh: Callable[[Any], Any]) -> Any:
    from functions.approve import handler

    assert office.table.items == {}
    return fresh(handler)


@pytest.fixture
def http(approve: Any, event: Event) -> Callable[..., tuple[int, Any]]:
    """Status and body of an answer by the holder of a key; without a body it is a GET."""

    def send(key: str, body: Any = None, path: str = "/deal-1") -> tuple[int, Any]:
        request = event("approve/http")
        request["headers"]["x-api-key"] = key
        if body is None:
            request["requestContext"]["http"]["method"], path = "GET", ""
        request["rawPath"] = request["requestContext"]["http"]["path"] = f"/api/v2/approvals{path}"
        request["body"] = json.dumps(body)
        answer = approve.http(request, CONTEXT)
        return answer["statusCode"], json.loads(answer["body"])

    return send
