"""No scanner finds anything in the app that nobody wrote a reason for; and each does find."""

import itertools
import json
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
STAGES = ("dev", "prod")
# Beside them, a stage that is not well.
BAD = "bad"
Found = dict[str, dict[str, list[Finding]]]


@pytest.fixture(scope="module")
def found(aws: Assembly, prod: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What each scanner finds in each stage."""
    stages = dict(zip(STAGES, (aws, prod), strict=True))
    scanned = {**stages, BAD: bad(tmp_path_factory.mktemp(BAD))}
    return {
        "synth": {name: at_synth(stage) for name, stage in stages.items()},
        "cfn-lint": cfn_lint(scanned),
        "checkov": checkov(scanned),
        "bandit": {"any": bandit()},
    }


@pytest.mark.parametrize(
    ("scan", "stage"),
    [("bandit", "any"), *itertools.product(("synth", "cfn-lint", "checkov"), STAGES)],
)
def test_every_finding_has_a_reason(scan: str, stage: str, found: Found) -> None:
    told = unexplained(found[scan][stage])
    assert not told, HINT + told


def test_every_reason_is_needed(found: Found) -> None:
    hits = [
        hit
        for stages in found.values()
        for stage, each in stages.items()
        for hit in each
        if stage != BAD
    ]
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


def bad(folder: Path) -> Assembly:
    """A template with a fault for each scanner."""
    template = good()
    resources = template["Resources"]
    del resources["Bucket"]["Properties"]["PublicAccessBlockConfiguration"]
    del resources["Table"]["Properties"]["PointInTimeRecoverySpecification"]
    resources["Function"]["Properties"]["Role"] = {"Ref": "Nothing"}
    # In pieces, so that this file holds no key: not even one that opens nothing.
    variables = {"OTHER": "AKIA" + "IOSFODNN7EXAMPLF"}
    resources["Function"]["Properties"]["Environment"] = {"Variables": variables}
    path = folder / "Labverse-bad-data.template.json"
    path.write_text(json.dumps(template, indent=1), encoding="utf-8")
    return Assembly.read(folder)


def test_a_bad_template_is_found(found: Found) -> None:
    """Were a scanner not to read the templates, it would find nothing in them either."""
    by_checkov = {(hit.rule, hit.place) for hit in found["checkov"][BAD]}
    assert by_checkov > {("CKV_AWS_28", "?/Table"), ("CKV_AWS_53", "?/Bucket")}
    assert "CKV_SECRET_2" in {rule for rule, _ in by_checkov}
    assert ("E1020", "?/Function") in {(hit.rule, hit.place) for hit in found["cfn-lint"][BAD]}


def test_a_bad_module_is_found(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import subprocess\nsubprocess.run('ls', shell=True)\n")
    assert "B602" in {hit.rule for hit in bandit(tmp_path)}


def test_a_finding_is_accepted_for_its_place_only() -> None:
    row = ACCEPTED[0]
    assert Finding(row.rules[0], row.place.replace("*", "Route/Http")).accepted()
    assert not Finding(row.rules[0], "elsewhere/Resource").accepted()
    assert not Finding("LV-Other", row.place).accepted()
