"""A server and an API for every test that asks for them."""

from collections.abc import Iterator

import pytest

from tests.unit.adapters.apis import ANTHROPIC, OPENAI, Api
from tests.unit.adapters.faults import Server, replying


@pytest.fixture(params=[OPENAI, ANTHROPIC], ids=lambda api: str(api.name))
def api(request: pytest.FixtureRequest) -> Api:
    chosen: Api = request.param
    return chosen


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(replying(200, {}))
    yield made
    made.close()
