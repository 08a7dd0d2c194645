"""What a reviewer wants to know of a template, without the noise: the golden files hold this."""

from collections import defaultdict
from typing import Any

from tests.infra.assembly import Assembly, Resource
from tests.infra.readable import Reader
from tests.infra.statements import Statement, managed_policies, statements

SCHEDULED = ("AWS::Events::Rule", "AWS::Scheduler::Schedule")
TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
# Of a rule or a schedule: what starts it, and whom it calls.
TRIGGER = (
    "ScheduleExpression",
    "EventPattern",
    "EventBusName",
    "State",
    "FlexibleTimeWindow",
    "Targets",
    "Target",
)


def summary(assembly: Assembly, stack: str) -> dict[str, Any]:
    """Types, routes, statements, environments, schedules and keys of one stack."""
    reader = Reader(assembly, stack)
    mine = [resource for resource in assembly.resources() if resource.stack == stack]
    paths = {resource.path for resource in mine}
    allowed = [statement for statement in statements(assembly) if statement.place in paths]
    return {
        "parameters": sorted(map(reader.name, assembly.templates[stack].get("Parameters", {}))),
        "resources": _kinds(mine),
        "routes": _routes(assembly, stack),
        "statements": _statements(allowed),
        "managed policies": [
            f"{path}: {policy}" for path, policy in managed_policies(assembly) if path in paths
        ],
        "environment": {
            f.path: sorted(f.properties["Environment"]["Variables"])
            for f in assembly.functions()
            if f.stack == stack
        },
        "schedules and rules": _triggers(mine, reader),
        "tables": {r.path: _keys(r) for r in mine if r.kind in TABLES},
        "outputs": sorted(assembly.templates[stack].get("Outputs", {})),
    }


def _kinds(resources: list[Resource]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = defaultdict(list)
    for resource in resources:
        kinds[resource.kind].append(resource.path)
    return {f"{len(paths)} {kind}": sorted(paths) for kind, paths in sorted(kinds.items())}


def _routes(assembly: Assembly, stack: str) -> dict[str, str]:
    found = {k: f"{f.path} ({f.properties['Handler']})" for k, f in assembly.routes().items()}
    return found if any(f.stack == stack for f in assembly.routes().values()) else {}


def _statements(found: list[Statement]) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = defaultdict(list)
    for statement in found:
        who = f" by {', '.join(statement.principals)}" if statement.principals else ""
        what = f" on {', '.join(statement.resources)}" if statement.resources else ""
        actions = ", ".join(statement.actions)
        for holder in statement.holders:
            lines[holder].append(f"{statement.effect} {actions}{who}{what}")
    return {holder: sorted(told) for holder, told in sorted(lines.items())}


def _triggers(resources: list[Resource], reader: Reader) -> dict[str, dict[str, str]]:
    return {
        r.path: {
            name: _deep(r.properties[name], reader) for name in TRIGGER if name in r.properties
        }
        for r in resources
        if r.kind in SCHEDULED
    }


def _deep(value: Any, reader: Reader) -> Any:
    """`value` with every reference in it made readable."""
    if isinstance(value, list):
        return [_deep(item, reader) for item in value]
    if isinstance(value, dict) and not any(k == "Ref" or k.startswith("Fn::") for k in value):
        return {key: _deep(item, reader) for key, item in value.items()}
    return reader.text(value) if isinstance(value, dict) else value


def _keys(table: Resource) -> dict[str, Any]:
    def schema(raw: list[dict[str, str]]) -> str:
        return ", ".join(f"{key['AttributeName']} ({key['KeyType']})" for key in raw)

    properties = table.properties
    indexes = properties.get("GlobalSecondaryIndexes", [])
    return {
        "key": schema(properties["KeySchema"]),
        "indexes": {index["IndexName"]: schema(index["KeySchema"]) for index in indexes},
        "expires by": properties.get("TimeToLiveSpecification", {}).get("AttributeName"),
        "stream": properties.get("StreamSpecification", {}).get("StreamViewType"),
    }
