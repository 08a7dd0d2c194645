"""What the registry of the whole app promises of its images, for rules that see one template."""

import json
import re
from collections.abc import Iterator

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr

_WILD = "*"


def promises(app: cdk.App) -> dict[str, set[str]]:
    """By the name of our rules' set: repositories that are signed on push, and whose tags stay.

    A filter with a wildcard is not among them: what it covers is for its own template to judge.
    """
    return {"signed_elsewhere": set(_signed(app)), "immutable_elsewhere": set(_immutable(app))}


def rules(app: cdk.App) -> str:
    """The same in Rego."""
    facts = [
        f"{which} contains {_quoted(name)}"
        for which, names in promises(app).items()
        for name in sorted(names)
    ]
    return "\n".join(["package labverse", "import rego.v1", *facts]) + "\n"


def _signed(app: cdk.App) -> Iterator[str]:
    for node in app.node.find_all():
        if isinstance(node, ecr.CfnSigningConfiguration):
            for rule in cdk.Stack.of(node).resolve(node.rules):
                for chosen in rule.get("repositoryFilters", ()):
                    if _WILD not in chosen["filter"]:
                        yield chosen["filter"]


def _immutable(app: cdk.App) -> Iterator[str]:
    for node in app.node.find_all():
        if isinstance(node, ecr.CfnRepository) and node.image_tag_mutability == "IMMUTABLE":
            name = cdk.Stack.of(node).resolve(node.repository_name)
            if isinstance(name, str):
                yield name


def _quoted(name: str) -> str:
    """As a regular expression's literal, in Rego's quotes."""
    return json.dumps(re.escape(name))
