"""Ask CDK's validation engine, with our rules, about templates that no app made."""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import aws_cdk as cdk
import jsii
import yaml

from infra_cdk import policies

HERE = Path(__file__).parent
Template = dict[str, Any]


class Finding(NamedTuple):
    """A rule, and the logical id (or the construct path) of what it is about."""

    rule: str
    place: str


class Case(NamedTuple):
    """One change of good.yaml, and what is found then: nothing, or `rule` at each of `places`."""

    rule: str
    told: str
    template: Template
    places: frozenset[str]

    @property
    def name(self) -> str:
        """As a file name and as a test's id."""
        return f"{self.rule}: {self.told}"


@jsii.implements(cdk.IPolicyValidationContext)
class _Context:
    """Templates on disk, as a synth would hand them over."""

    def __init__(self, templates: Iterable[Path]) -> None:
        self._paths, self._app = [str(path) for path in templates], cdk.App()

    @property
    def app_construct(self) -> cdk.App:
        return self._app

    @property
    def stack_templates(self) -> list[cdk.PolicyValidationStack]:
        return [
            cdk.PolicyValidationStack(stack_construct_path=path, template_path=path)
            for path in self._paths
        ]

    @property
    def template_paths(self) -> list[str]:
        return self._paths

    @property
    def account_id(self) -> None:
        return None

    @property
    def region(self) -> None:
        return None


def judge(
    rules: dict[str, str], templates: Mapping[str, Template], folder: Path
) -> dict[str, set[Finding]]:
    """What `rules` and the engine's own errors say about each template, by its name."""
    paths = {name: folder / f"{index}.json" for index, name in enumerate(templates)}
    for name, path in paths.items():
        path.write_text(json.dumps(templates[name]), encoding="utf-8")
    report: Any = policies.engine(rules).validate(_Context(paths.values()))
    found: dict[str, set[Finding]] = {name: set() for name in templates}
    names = {str(path): name for name, path in paths.items()}
    for violation in report.violations:
        if violation.severity == "error":
            for place in violation.violating_resources:
                name = names[place.template_path]
                found[name].add(Finding(violation.rule_name, place.resource_logical_id or ""))
    return found


def good() -> Template:
    """The template that no rule denies."""
    return dict(yaml.safe_load((HERE / "good.yaml").read_text(encoding="utf-8")))


def cases() -> Iterator[Case]:
    """Every denied and every allowed case of every rule."""
    template = good()
    for path in sorted(HERE.glob("denied_*.yaml")):
        for rule, row in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for told, change in row["denied"].items():
                places = row.get("at") or list(change)
                at = frozenset([places] if isinstance(places, str) else places)
                yield Case(rule, told, _changed(template, change), at)
            for told, change in row["allowed"].items():
                yield Case(rule, told, _changed(template, change), frozenset())


def _changed(template: Template, change: Template) -> Template:
    """`template` with resources changed; `Description` is the template's own."""
    top = {key: value for key, value in change.items() if key == "Description"}
    resources = {key: value for key, value in change.items() if key != "Description"}
    made = _patched(template, {**top, "Resources": resources})
    assert isinstance(made, dict)
    return made


def _patched(value: Any, change: Any) -> Any:
    """A JSON merge patch, in which a number names a place in a list."""
    if not isinstance(change, dict):
        return copy.deepcopy(change)
    if isinstance(value, list) and all(isinstance(key, int) for key in change):
        return [_patched(v, change[i]) if i in change else v for i, v in enumerate(value)]
    made = dict(value) if isinstance(value, dict) else {}
    for key, inner in change.items():
        if inner is None:
            made.pop(key, None)
        else:
            made[key] = _patched(made.get(key), inner)
    return made
