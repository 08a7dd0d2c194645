"""The card says who is here; clients of both versions find what they look for in it."""

import asyncio
import json

from a2a.compat.v0_3.types import AgentCard as OldCard
from a2a.types import AgentCard
from a2a.utils.proto_utils import validate_proto_required_fields

from labverse import VERSION
from labverse.negotiate import opening
from tests.functions.a2a.conftest import Door, Fetch
from tests.unit.negotiate.a2a.desk import POLICY
from tests.unit.platform.fakes import FakeClock

PATH = "/.well-known/agent-card.json"


def test_a_client_of_today(fetch_card: Fetch, base: str) -> None:
    card = asyncio.run(fetch_card())
    validate_proto_required_fields(card)
    assert [
        (one.url, one.protocol_binding, one.protocol_version) for one in card.supported_interfaces
    ] == [(f"{base}/a2a", "JSONRPC", "1.0"), (f"{base}/a2a", "JSONRPC", "0.3")]
    told = card.capabilities
    assert [told.streaming, told.push_notifications, told.extended_agent_card] == [False] * 3
    assert card.version == VERSION
    assert {
        name: scheme.WhichOneof("scheme") for name, scheme in card.security_schemes.items()
    } == {"bearer": "http_auth_security_scheme", "apiKey": "api_key_security_scheme"}
    assert card.security_schemes["apiKey"].api_key_security_scheme.name == "x-api-key"
    assert [list(one.schemes) for one in card.security_requirements] == [["bearer"], ["apiKey"]]


def test_its_examples_can_be_sent(fetch_card: Fetch) -> None:
    (skill,) = asyncio.run(fetch_card()).skills
    for example in skill.examples:
        opening.read(json.loads(example), POLICY, FakeClock().now())
    assert skill.examples


def test_a_client_of_yesterday(door: Door) -> None:
    answer = door.ask("GET", PATH, {"host": "api-1.example.com"}, None)
    assert answer["statusCode"] == 200
    card = OldCard.model_validate_json(answer["body"])
    assert (card.url, card.preferred_transport, card.protocol_version) == (
        "https://api-1.example.com/a2a", "JSONRPC", "0.3.0",
    )  # fmt: skip
    assert card.security == [{"bearer": []}, {"apiKey": []}]
    assert card.security_schemes is not None
    assert {name: one.root.type for name, one in card.security_schemes.items()} == {
        "bearer": "http", "apiKey": "apiKey",
    }  # fmt: skip


def test_nothing_in_it_is_unknown_to_both(door: Door) -> None:
    told = json.loads(door.ask("GET", PATH, {}, None)["body"])
    new = {field.json_name for field in AgentCard.DESCRIPTOR.fields}
    old = {field.alias or name for name, field in OldCard.model_fields.items()}
    assert told.keys() <= new | old
