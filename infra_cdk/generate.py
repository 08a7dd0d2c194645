"""Files made from code: schemas, API document, README tables. `--check` fails on a stale one."""

import argparse
import json
import sys
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, HTTPBearer, Server
from pydantic import BaseModel

from infra_cdk import benchmarks, tables
from infra_cdk.config import ROOT, StageConfig
from infra_cdk.deployment import about
from infra_cdk.deployment.api_shared import IDEMPOTENCY, PROBLEM
from labverse import VERSION
from labverse.approve.config import ApprovePolicy
from labverse.approve.events import ApprovalDecided, ApprovalRequested
from labverse.entry import a2a, approve, negotiate, observe, revenue, route, slack, upsell
from labverse.entry.openai import routes as openai
from labverse.kernel.signing import KeySet
from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.events import DealAgreed, DealRefused
from labverse.platform.api import WRITES, Api
from labverse.platform.keys import KeyRecord, Keyring
from labverse.revenue.config import RevenuePolicy
from labverse.revenue.events import MrrChanged
from labverse.route.config import RouteConfig, RoutePolicy
from labverse.route.events import (
    BudgetThresholdReached,
    FallbackRequested,
    ModelRetirementNeared,
    ProviderHealthChanged,
    TaskRouted,
)
from labverse.upsell.config import UpsellPolicy
from labverse.upsell.events import OfferDecided, OutcomeRecorded

EVENTS: tuple[type[BaseModel], ...] = (
    ApprovalDecided,
    ApprovalRequested,
    BudgetThresholdReached,
    DealAgreed,
    DealRefused,
    FallbackRequested,
    ModelRetirementNeared,
    MrrChanged,
    OfferDecided,
    OutcomeRecorded,
    ProviderHealthChanged,
    TaskRouted,
)
CONFIGS: dict[str, type[BaseModel]] = {
    "ai_providers": RouteConfig,
    "approve_policy": ApprovePolicy,
    "negotiate_policy": NegotiatePolicy,
    "revenue_policy": RevenuePolicy,
    "route_policy": RoutePolicy,
    "stage": StageConfig,
    "upsell_policy": UpsellPolicy,
}


@cache
def openapi() -> dict[str, Any]:
    """The document of every capability's routes together."""
    api = Api(Keyring(_NoKeys(), _NoKeys(), _NoTime()))
    route.routes(api, _never)
    openai.routes(api, _never, _never)
    upsell.routes(api, _never)
    approve.routes(api, _never)
    negotiate.routes(api, _never, _never)
    a2a.routes(api, _never)
    slack.routes(api, _never)
    revenue.routes(api, _never)
    revenue.attribution(api, _never)
    revenue.optimizing(api, _never)
    observe.routes(api, _never, _never)
    schema = api.resolver.get_openapi_schema(
        title="Lab-Verse",
        version=VERSION,
        description="An AI operations and revenue autopilot. Every route but the public ones "
        "needs a key that holds the route's scope (`x-labverse-scope`).",
        # Relative to the document, so that it holds wherever the API is mounted.
        servers=[Server(url=".")],
        security_schemes={
            "bearer": HTTPBearer(description="An API key"),
            "apiKey": APIKey.model_validate({"name": "x-api-key", "in": APIKeyIn.header}),
        },
    )
    document: dict[str, Any] = json.loads(schema.model_dump_json(by_alias=True, exclude_none=True))
    return _with_our_problems(_with_idempotency(document))


def _with_idempotency(document: dict[str, Any]) -> dict[str, Any]:
    """The header on every write that takes it: Api looks at it before an entry is reached."""
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method.upper() in WRITES and operation["x-labverse-scope"] != "public":
                operation.setdefault("parameters", []).append(IDEMPOTENCY)
    return document


def _with_our_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Our refusals in place of Powertools' own validation errors, which no route answers."""
    for operations in document["paths"].values():
        for operation in operations.values():
            if "Problem" not in json.dumps(operation["responses"].get("422", {})):
                operation["responses"].pop("422", None)
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    itself = document["paths"]["/openapi.json"]["get"]["responses"]["200"]["content"]
    itself["application/json"]["schema"] = {"type": "object", "title": "OpenAPI document"}
    return document


def generated() -> dict[str, str]:
    """Every generated file's text by its path in the repository."""
    document = openapi()
    files: dict[str, Any] = {"events/openapi.json": document}
    for event in EVENTS:
        files[f"events/schemas/{event.__name__}.v1.json"] = event.model_json_schema()
    for name, model in CONFIGS.items():
        files[f"config/schema/{name}.schema.json"] = model.model_json_schema()
    texts = {
        path: json.dumps(data, indent=1, sort_keys=True) + "\n" for path, data in files.items()
    }
    texts |= about.files() | benchmarks.files()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return {**texts, "README.md": benchmarks.summary(tables.render(readme, document))}


def stale() -> list[str]:
    """The generated files that differ from the code, or that no code makes any more."""
    wanted = generated()
    folders = ("events/schemas", "config/schema", "docs/policies")
    there = {
        str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).glob("*.json")
    }
    wrong = [path for path, text in wanted.items() if _text(path) != text]
    return sorted({*wrong, *(there - wanted.keys())})


def main() -> int:
    """Write the files, or with `--check` name the stale ones and return 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    if parser.parse_args().check:
        wrong = stale()
        for path in wrong:
            print(f"{path} is stale: run `make generate` and commit it")
        return 1 if wrong else 0
    for path, text in generated().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
    return 0


def _text(path: str) -> str | None:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else None


def _never() -> Any:
    raise AssertionError("the API document is made without answering anything")


class _NoKeys:
    def get(self, key_id: str) -> KeyRecord | None:
        raise AssertionError(f"nobody asks for {key_id} while the document is made")

    def knowing(self, key_id: str) -> KeySet:
        raise AssertionError(f"nobody signs with {key_id} while the document is made")


class _NoTime:
    now = monotonic = staticmethod(_never)


if __name__ == "__main__":
    sys.exit(main())
