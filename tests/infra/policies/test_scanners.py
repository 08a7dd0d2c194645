"""No scanner finds anything in the app that nobody wrote a reason for; and each does find."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from infra_cdk.policies.reasons import ACCEPTED, Accepted
from tests.infra.assembly import Assembly
from tests.infra.policies.findings import (
    Finding,
    at_synth,
    bandit,
    cfn_lint,
    checkov,
    unexplained,
)
from tests.infra.policies.judge import good

HINT = "fix it, or write the reason into infra_cdk/policies/reasons.py:\n"
TEMPLATES: dict[str, Callable[[Assembly], list[Finding]]] = {
    "synth": at_synth,
    "cfn-lint": cfn_lint,
    "checkov": checkov,
}


@pytest.fixture(scope="session")
def found(aws: Assembly, prod: Assembly) -> dict[str, list[Finding]]:
    """What each scanner finds in both stages."""
    stages = {"dev": aws, "prod": prod}
    read = {
        f"{name} {stage}": scan(stages[stage])
        for name, scan in TEMPLATES.items()
        for stage in stages
    }
    return {**read, "bandit": bandit()}


@pytest.mark.parametrize(
    "scan", ["bandit", *(f"{name} {stage}" for name in TEMPLATES for stage in ("dev", "prod"))]
)
def test_every_finding_has_a_reason(scan: str, found: dict[str, list[Finding]]) -> None:
    told = unexplained(found[scan])
    assert not told, HINT + told


def test_every_reason_is_needed(found: dict[str, list[Finding]]) -> None:
    hits = [hit for hits in found.values() for hit in hits]
    unused = [
        f"{rule} at {row.place}"
        for row in ACCEPTED
        for rule in row.rules
        if not any(_explains(row._replace(rules=(rule,)), hit) for hit in hits)
    ]
    assert not unused, f"nothing finds this any more, delete it from reasons.py: {unused}"


def _explains(row: Accepted, hit: Finding) -> bool:
    return row.excuses(hit.rule, hit.stage) and row.holds(hit.place)


def test_a_rule_may_name_the_stage() -> None:
    row = Accepted(("IAM[{stage}-x]",), "service/*", "because")
    assert row.excuses("IAM[dev-x]", "dev")
    assert not row.excuses("IAM[dev-x]", "prod")
    assert Accepted(("LV-{stage}",), "*", "because").at_synth("prod") == (
        "CloudFormation-Validate::LV-prod",
    )


def test_a_bad_template_is_found(tmp_path: Path) -> None:
    """Were a scanner not to read the templates, it would find nothing in them either."""
    template = good()
    resources = template["Resources"]
    del resources["Bucket"]["Properties"]["PublicAccessBlockConfiguration"]
    del resources["Table"]["Properties"]["PointInTimeRecoverySpecification"]
    resources["Function"]["Properties"]["Role"] = {"Ref": "Nothing"}
    # In pieces, so that this file holds no key: not even one that opens nothing.
    variables = {"OTHER": "AKIA" + "IOSFODNN7EXAMPLF"}
    resources["Function"]["Properties"]["Environment"] = {"Variables": variables}
    path = tmp_path / "Labverse-bad-data.template.json"
    path.write_text(json.dumps(template, indent=1), encoding="utf-8")
    bad = Assembly.read(tmp_path)
    by_checkov = {(hit.rule, hit.place) for hit in checkov(bad)}
    assert by_checkov > {("CKV_AWS_28", "?/Table"), ("CKV_AWS_53", "?/Bucket")}
    assert "CKV_SECRET_2" in {rule for rule, _ in by_checkov}
    assert ("E1020", "?/Function") in {(hit.rule, hit.place) for hit in cfn_lint(bad)}


def test_a_bad_module_is_found(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import subprocess\nsubprocess.run('ls', shell=True)\n")
    assert "B602" in {hit.rule for hit in bandit(tmp_path)}


def test_a_finding_is_accepted_for_its_place_only() -> None:
    row = ACCEPTED[0]
    assert Finding(row.rules[0], row.place.replace("*", "Route/Http")).accepted()
    assert not Finding(row.rules[0], "elsewhere/Resource").accepted()
    assert not Finding("LV-Other", row.place).accepted()
