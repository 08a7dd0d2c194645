"""Every write behind a key takes an Idempotency-Key, and its document says so."""

import json

from tests.infra.tree import text

WRITES = ("post", "put", "patch")


def test_every_write_behind_a_key_may_be_repeated() -> None:
    operations = {
        (method, path): told
        for path, found in json.loads(text("events/openapi.json"))["paths"].items()
        for method, told in found.items()
    }
    documented = {
        operation
        for operation, told in operations.items()
        if any(one["name"] == "Idempotency-Key" for one in told.get("parameters", ()))
        and "409" in told["responses"]
    }
    assert documented
    assert documented == {
        (method, path)
        for (method, path), told in operations.items()
        if method in WRITES and told["x-labverse-scope"] != "public"
    }
