"""A synthesized cloud assembly, read the way tests ask about it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

# The stage that is synthesized for both targets, so that only the target differs.
STAGE = "dev"
FUNCTION = "AWS::Lambda::Function"
ROUTE = "AWS::ApiGatewayV2::Route"


class Resource(NamedTuple):
    """One resource of one stack. `path` is its construct path below the stack."""

    stack: str
    logical_id: str
    kind: str
    path: str
    properties: dict[str, Any]
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """Templates of one stage by the short name of their stack (`data`, `service`)."""

    folder: Path
    templates: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Every template that synth wrote to `folder`."""
        suffix = ".template.json"
        found = {
            path.name.removesuffix(suffix).split("-", 2)[2]: json.loads(
                path.read_text(encoding="utf-8")
            )
            for path in sorted(folder.glob(f"*{suffix}"))
        }
        assert found, f"synth wrote no template to {folder}"
        return cls(folder, found)

    def resources(self, *kinds: str) -> Iterator[Resource]:
        """Those of `kinds`, or all, in the order of their paths."""
        found = [
            _resource(stack, logical_id, raw)
            for stack, template in self.templates.items()
            for logical_id, raw in template.get("Resources", {}).items()
        ]
        yield from sorted(r for r in found if not kinds or r.kind in kinds)

    def functions(self) -> list[Resource]:
        """Those whose code is ours: CDK's own helpers have no handler of a capability."""
        return list(self.resources(FUNCTION))

    def asset(self, resource: Resource) -> Path:
        """The folder that `resource` is made from."""
        return self.folder / str(resource.metadata["aws:asset:path"])

    def layers(self, function: Resource) -> list[Path]:
        """The folders that Lambda would unpack into /opt, in their order."""
        template = self.templates[function.stack]["Resources"]
        names = [str(layer["Ref"]) for layer in function.properties.get("Layers", [])]
        return [self.asset(_resource(function.stack, name, template[name])) for name in names]

    def word(self, function: Resource) -> str:
        """The capability of `function`, as its environment says."""
        return str(function.properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"])

    def routes(self) -> dict[str, Resource]:
        """The function behind each route key (`POST /api/v1/analyze`, `$default`)."""
        functions = {(f.stack, f.logical_id): f for f in self.functions()}
        found = {}
        for route in self.resources(ROUTE):
            integration = route.properties["Target"]["Fn::Join"][1][-1]["Ref"]
            resource = self.templates[route.stack]["Resources"][integration]
            if resource["Properties"].get("ConnectionType") == "VPC_LINK":
                continue  # to a server of ours, not to a function
            alias = resource["Properties"]["IntegrationUri"]["Ref"]
            named = self.templates[route.stack]["Resources"][alias]["Properties"]["FunctionName"]
            found[str(route.properties["RouteKey"])] = functions[(route.stack, named["Ref"])]
        return found


def synthesized(target: str, folder: Path, stage: str = STAGE) -> Assembly:
    """The app of `stage` as `target` gets it, written to `folder`."""
    from infra_cdk.app import build

    build(outdir=str(folder), stage=stage, target=target).synth()
    return Assembly.read(folder)


def _resource(stack: str, logical_id: str, raw: dict[str, Any]) -> Resource:
    metadata = raw.get("Metadata", {})
    _, _, path = str(metadata.get("aws:cdk:path", f"/{logical_id}")).partition("/")
    return Resource(
        stack,
        logical_id,
        str(raw["Type"]),
        path.removesuffix("/Resource"),
        raw.get("Properties", {}),
        metadata,
    )
