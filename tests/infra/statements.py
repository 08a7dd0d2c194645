"""Every IAM statement of a template, wherever it stands."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.infra.assembly import Assembly, Resource
from tests.infra.readable import Reader, listed

DOCUMENTS = ("PolicyDocument", "AssumeRolePolicyDocument", "KeyPolicy", "ResourcePolicy")


class Statement(NamedTuple):
    """One statement. `place` is the construct it stands in, `holders` whom it is for."""

    place: str
    holders: tuple[str, ...]
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...]


def _documents(value: Any) -> Iterator[dict[str, Any]]:
    """Policy documents anywhere inside `value`: inline policies are lists of them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in DOCUMENTS and isinstance(inner, dict):
                yield inner
            else:
                yield from _documents(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _documents(inner)


def _principals(raw: Any) -> list[str]:
    if not isinstance(raw, dict):
        return [str(raw)] if raw else []
    return [f"{kind}:{one}" for kind, named in raw.items() for one in listed(named)]


def _statement(resource: Resource, raw: dict[str, Any], reader: Reader) -> Statement:
    holders = [reader.text(role) for role in resource.properties.get("Roles", [])]
    actions = listed(raw.get("Action", [])) + [f"not {a}" for a in listed(raw.get("NotAction", []))]
    targets = listed(raw.get("Resource", []))
    targets += [{"Fn::Join": ["", ["not ", r]]} for r in listed(raw.get("NotResource", []))]
    return Statement(
        place=resource.path,
        holders=tuple(holders) or ("{" + resource.path + "}",),
        effect=str(raw["Effect"]),
        actions=tuple(sorted(map(str, actions))),
        resources=tuple(sorted(reader.text(target) for target in targets)),
        principals=tuple(sorted(_principals(raw.get("Principal")))),
    )


def statements(assembly: Assembly) -> Iterator[Statement]:
    """All of them, in the order of the constructs."""
    for resource in assembly.resources():
        reader = Reader(assembly, resource.stack)
        for document in _documents(resource.properties):
            for raw in listed(document.get("Statement", [])):
                yield _statement(resource, raw, reader)


def managed_policies(assembly: Assembly) -> Iterator[tuple[str, str]]:
    """Construct path and policy of each managed policy that something is given."""
    for resource in assembly.resources():
        reader = Reader(assembly, resource.stack)
        for name in ("ManagedPolicyArns", "ManagedPolicies"):
            for policy in listed(resource.properties.get(name, [])):
                yield resource.path, reader.text(policy)
