"""What the local cloud lacks stands behind the condition, and nothing else does."""

import json
import subprocess

import pytest

from infra_cdk.constructs import gate
from infra_cdk.deployment import assembly
from infra_cdk.local.environments import ensure
from infra_cdk.local.paths import python_of
from tests.infra.assembly import Assembly

ASK = (
    "import json; from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS; "
    "print(json.dumps(sorted(_RESOURCE_HANDLERS)))"
)
# Known to the local cloud although no handler has its name.
BESIDES = ("AWS::CDK::Metadata",)


@pytest.fixture(scope="module")
def known() -> frozenset[str]:
    """The types that the emulator itself says it has."""
    argv = [str(python_of(ensure("emulator"))), "-c", ASK]
    run = subprocess.run(argv, capture_output=True, text=True, check=True)
    return frozenset(json.loads(run.stdout.splitlines()[-1])) | set(BESIDES)


def test_every_type_is_known_or_gated(local: Assembly, known: frozenset[str]) -> None:
    for stack, template in local.templates.items():
        for name, resource in template["Resources"].items():
            kind, gated = resource["Type"], resource.get("Condition") == gate.CONDITION
            assert kind in known or gated, (
                f"{stack}/{name}: the local cloud lacks {kind}: add it to LACKING in "
                "infra_cdk/constructs/gate.py"
            )


def test_whoever_deploys_calls_the_parameter_by_its_name() -> None:
    assert assembly.TARGET == gate.PARAMETER


def test_what_is_gated_is_really_lacking(known: frozenset[str]) -> None:
    there = sorted(gate.LACKING & known)
    assert not there, f"the local cloud has {there} by now: delete them from LACKING in gate.py"


def test_a_deployment_to_aws_needs_no_parameter(aws: Assembly) -> None:
    gated = [t for t in aws.templates.values() if gate.CONDITION in t.get("Conditions", {})]
    assert gated, "no stack has the condition: is this test reading the right place?"
    for template in gated:
        assert template["Parameters"][gate.PARAMETER]["Default"] == "aws"
        assert template["Conditions"][gate.CONDITION] == {
            "Fn::Equals": [{"Ref": gate.PARAMETER}, "aws"]
        }
