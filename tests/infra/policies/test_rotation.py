"""A secret and what rotates it are in two stacks, and a rule sees one: this sees both."""

import pytest

from tests.infra.assembly import Assembly
from tests.infra.readable import Reader

SECRET = "AWS::SecretsManager::Secret"
SCHEDULE = "AWS::SecretsManager::RotationSchedule"
PARAMETER = "AWS::SSM::Parameter"
# Its owner is a vendor: reasons.py says so beside LV-SecretWithoutRotation.
OF_VENDORS = {"ProviderAdmin", "Slack"}


def unrotated(assembly: Assembly) -> set[str]:
    """Secrets that no schedule of any stack names, itself or by the parameter that shares it."""
    scheduled = {
        Reader(assembly, one.stack).text(one.properties["SecretId"])
        for one in assembly.resources(SCHEDULE)
    }
    shared = {
        Reader(assembly, one.stack).text(one.properties["Value"]): one.properties["Name"]
        for one in assembly.resources(PARAMETER)
    }
    names = {secret.path: f"{{{secret.path}}}" for secret in assembly.resources(SECRET)}
    return {
        path
        for path, name in names.items()
        if not scheduled & {name, f"{{ssm:{shared.get(name)}}}"}
    }


def test_every_secret_rotates_or_is_a_vendors(aws: Assembly) -> None:
    left = unrotated(aws) - OF_VENDORS
    assert not left, f"nothing rotates {sorted(left)}: add a rotation schedule in its capability"


@pytest.mark.parametrize(
    ("secret_id", "left"),
    [
        ({"Ref": "Shared"}, set()),
        ({"Ref": "Other"}, {"Key"}),
        ({"Fn::GetAtt": ["Key", "Id"]}, {"Key"}),
    ],
)
def test_a_schedule_counts_for_the_secret_it_names(
    secret_id: dict[str, object], left: set[str], aws: Assembly
) -> None:
    parameter = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/labverse/dev/key"}
    data = {
        "Key": {"Type": SECRET},
        "Name": {
            "Type": PARAMETER,
            "Properties": {"Name": "/labverse/dev/key", "Value": {"Ref": "Key"}},
        },
    }
    service = {"Schedule": {"Type": SCHEDULE, "Properties": {"SecretId": secret_id}}}
    made = Assembly(
        aws.folder,
        {
            "data": {"Resources": data},
            "service": {"Resources": service, "Parameters": {"Shared": parameter}},
        },
    )
    assert unrotated(made) == left
