"""Documents about deploying that are made from the templates of dev and prod themselves."""

from __future__ import annotations

from functools import cache

from infra_cdk.deployment import assembly, costs, permissions

STAGES = ("dev", "prod")


@cache
def files() -> dict[str, str]:
    """Every such file by its path in the repository; synthesizes what changed. Raises Problem."""
    templates = _templates()
    kinds = {
        body["Type"]
        for stacks in templates.values()
        for template in stacks.values()
        for body in template["Resources"].values()
    }
    return {"docs/costs.md": costs.document(templates), **permissions.files(kinds)}


def _templates() -> dict[str, costs.Templates]:
    sources = assembly.digest()
    found: dict[str, costs.Templates] = {}
    for stage in STAGES:
        assembly.synthesize(stage, "aws", sources)
        stacks = assembly.stacks(assembly.folder(stage, "aws", sources))
        found[stage] = {stack.name: stack.read() for stack in stacks}
    return found
