"""Keys of providers as both adapters use them, and the one parameter that is taken back."""

import pytest

from labverse.kernel.errors import Unavailable
from tests.unit.adapters.apis import KEY, Api, Keys, call
from tests.unit.adapters.faults import Server, failing, in_turn, replying


def test_a_refused_key_is_read_again_once(server: Server, api: Api) -> None:
    keys = Keys(current="old", renewed=KEY)
    server.behaviour = in_turn(replying(401, {}), replying(200, api.good))
    assert server.ask(api, None, keys).text == "Paris"
    sent = [[part for part in ("old", KEY) if part in str(head)] for head in server.headers]
    assert (sent, keys.rereads) == ([["old"], [KEY]], 1)


def test_a_key_refused_twice_is_not_read_a_second_time(server: Server, api: Api) -> None:
    keys = Keys(current="old", renewed=KEY)
    server.behaviour = replying(401, {})
    assert failing(server, api, None, keys).outcome == "unauthorized"
    assert (len(server.bodies), keys.rereads) == (2, 1)


@pytest.mark.parametrize("renewed", [KEY, None])
def test_the_same_key_is_not_tried_twice(server: Server, api: Api, renewed: str | None) -> None:
    keys = Keys(renewed=renewed)
    server.behaviour = replying(401, {})
    assert failing(server, api, None, keys).outcome == "unauthorized"
    assert (len(server.bodies), keys.rereads) == (1, 1)


@pytest.mark.parametrize("key", [None, " ", "ключ", "a\r\nx-evil: 1"])
def test_without_a_usable_key_nothing_is_sent(server: Server, api: Api, key: str | None) -> None:
    assert failing(server, api, None, Keys(current=key)).outcome == "unauthorized"
    assert server.bodies == []


def test_reading_the_key_again_keeps_the_deadline(server: Server, api: Api) -> None:
    class Slow(Keys):
        def again(self, provider: str) -> str | None:
            server.release.wait(10)
            return "late"

    server.behaviour = replying(401, {})
    assert failing(server, api, call(seconds=0.3), Slow()).outcome == "timeout"


def test_keys_that_cannot_be_read_are_a_failure(server: Server, api: Api) -> None:
    class Gone(Keys):
        def again(self, provider: str) -> str | None:
            raise Unavailable("no secrets today")

    server.behaviour = replying(401, {})
    assert failing(server, api, None, Gone()).outcome == "unauthorized"


def test_a_model_with_its_own_temperature_is_asked_without_one(server: Server, api: Api) -> None:
    refused = replying(400, {"error": {"param": "temperature", "code": "unsupported_value"}})
    server.behaviour = in_turn(refused, replying(200, api.good))
    adapter = api.adapter(server.url, server.client, None)
    assert [adapter.complete(call()).text for _ in range(2)] == ["Paris", "Paris"]
    assert ["temperature" in body for body in server.bodies] == [True, False, False]
