"""A thousand generated bodies: whatever comes, JSON-RPC answers, and nothing is a fault of ours."""

import json
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from labverse.negotiate.a2a.dispatch import METHODS
from labverse.negotiate.a2a.versions import Version
from labverse.negotiate.a2a.wire import Configuration, ListParams, Message
from tests.functions.a2a.conftest import Door, headers_of
from tests.functions.test_fuzz import JSON_VALUES
from tests.unit.negotiate.a2a.desk import REQUEST, Desk

NAMES = [name for version in Version for name in METHODS[version]]
TEXT = st.text(max_size=12)
IDS = st.sampled_from(["m-1", "m-2", "a2a-0", ""]) | TEXT
REQUESTS = st.just(REQUEST) | st.dictionaries(
    st.sampled_from(["goal", "platforms", "positions", "issues", "scenarios", "budget", "mode"]),
    JSON_VALUES | st.sampled_from([["tiktok", "spotify"], REQUEST["goal"], "autonomous"]),
)
NEW_PARTS = st.dictionaries(
    st.sampled_from(["text", "data", "raw", "url", "mediaType"]),
    JSON_VALUES | REQUESTS | st.sampled_from(["application/json", "text/plain"]),
    max_size=2,
) | st.builds(lambda data: {"data": data}, REQUESTS)
OLD_PARTS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["data", "text", "file", "x"])},
    optional={"data": REQUESTS | JSON_VALUES, "text": TEXT, "file": JSON_VALUES},
)
MESSAGES = st.fixed_dictionaries(
    {
        "messageId": IDS,
        "role": st.sampled_from(["ROLE_USER", "user", "ROLE_AGENT"]),
        "parts": st.lists(NEW_PARTS | OLD_PARTS, max_size=3),
    },
    optional={"contextId": IDS, "taskId": IDS, "metadata": JSON_VALUES},
)
LOOSE = st.dictionaries(
    st.sampled_from([
        *(field.alias or name for model in (Message, Configuration, ListParams)
          for name, field in model.model_fields.items()),
        "id", "message", "configuration",
    ]),
    JSON_VALUES | MESSAGES,
    max_size=4,
)  # fmt: skip
PARAMS = LOOSE | st.fixed_dictionaries(
    {"message": MESSAGES},
    optional={
        "configuration": st.fixed_dictionaries(
            {},
            optional={
                "returnImmediately": st.booleans(),
                "blocking": st.booleans(),
                "historyLength": st.integers(-1, 3),
                "acceptedOutputModes": st.lists(st.sampled_from(["application/json", "x/y"])),
            },
        )
    },
)
FAIR_PARTS = {
    Version.V1_0: st.builds(lambda data: {"data": data}, REQUESTS)
    | st.fixed_dictionaries({"url": TEXT}),
    Version.V0_3: st.builds(lambda data: {"kind": "data", "data": data}, REQUESTS)
    | st.builds(lambda uri: {"kind": "file", "file": {"uri": uri}}, TEXT),
}
ROLES = {Version.V1_0: "ROLE_USER", Version.V0_3: "user"}


def fair(version: Version) -> st.SearchStrategy[tuple[str, str]]:
    """Calls that the version knows, with messages that are read at least."""
    said = st.fixed_dictionaries(
        {
            "messageId": st.sampled_from(["m-1", "m-2", "m-3"]),
            "role": st.just(ROLES[version]),
            "parts": st.lists(FAIR_PARTS[version], min_size=1, max_size=2),
        },
        optional={"taskId": IDS, "contextId": IDS},
    )
    params = st.fixed_dictionaries({"message": said, "id": IDS.map(lambda one: one or "x")})
    method = st.sampled_from(METHODS[version]) | st.sampled_from(METHODS[version][:3])
    call = st.builds(
        lambda name, given, number: {
            "jsonrpc": "2.0", "id": number, "method": name, "params": given,
        },
        method, params, st.integers(0, 9),
    )  # fmt: skip
    return st.tuples(call.map(json.dumps), st.just(version.value))


CALLS = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0"), "method": st.sampled_from(NAMES) | TEXT, "params": PARAMS},
    optional={"id": st.integers() | TEXT | JSON_VALUES},
)
BODIES = (
    (CALLS | st.lists(CALLS | JSON_VALUES, max_size=3) | JSON_VALUES).map(json.dumps)
    | TEXT
    | st.binary(max_size=20).map(lambda raw: raw.decode("latin-1"))
)
HEADERS = st.sampled_from(["1.0", "1.0", "0.3", None, "9.9"]) | TEXT
SENT = fair(Version.V1_0) | fair(Version.V0_3) | st.tuples(BODIES, HEADERS)


def judged(one: Any) -> int:
    """The code of an answer, 0 for a result; it must be an answer of JSON-RPC 2.0."""
    assert one["jsonrpc"] == "2.0"
    assert one["id"] is None or isinstance(one["id"], str | int)
    assert ("result" in one) != ("error" in one)
    if "result" in one:
        return 0
    assert isinstance(one["error"]["message"], str)
    return int(one["error"]["code"])


def test_whatever_comes_json_rpc_answers(door: Door, desk: Desk) -> None:
    seen: Counter[int] = Counter()

    @settings(max_examples=1000, deadline=None)
    @given(SENT)
    def ask(sent: tuple[str, str | None]) -> None:
        body, header = sent
        answer = door.call(body, header)
        if answer["statusCode"] == 204:
            assert answer["body"] == ""
            return
        assert answer["statusCode"] == 200, answer
        assert headers_of(answer)["content-type"] == "application/json"
        said = json.loads(answer["body"])
        seen.update(judged(one) for one in (said if isinstance(said, list) else [said]))

    ask()
    every = {0, -32700, -32600, -32601, -32602, -32001, -32003, -32004, -32005, -32007, -32009}
    assert seen.keys() >= every, f"the generator lost its reach: {seen}"
    assert set(seen) <= every | {-32000}
