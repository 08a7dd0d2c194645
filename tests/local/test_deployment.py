"""`make deploy` end to end, as on AWS: a stage of its own account, by somebody who may do little.

The local cloud keeps accounts apart and enforces IAM, so this is the code, the CDK and the policy
of docs/permissions.md. What CloudFormation's own role may do is not checked there.
"""

import subprocess
from functools import partial

import pytest

from tests.cloud import ENFORCED, ROOT, Deployed, environment

ACCOUNT = "111111111111"
# The emulator takes twelve digits as the root user of that account.
ROOT_KEY = {"AccessKeyId": ACCOUNT, "SecretAccessKey": "test"}
# How a request without a signature finds the API of that account; AWS's host names do it there.
OF_ACCOUNT = {"X-Amz-Credential": f"{ACCOUNT}/20260101/us-east-1/execute-api/aws4_request"}
POLICIES = ROOT / "docs" / "policies"


class Person:
    """Somebody with an access key, who runs `make` for stage dev."""

    def __init__(self, cloud: Deployed, access_key: dict[str, str]) -> None:
        self.cloud = cloud.as_user(access_key)
        facts = self.cloud.facts
        known = environment(ENFORCED)
        self._environ = {
            **{name: value for name, value in known.items() if not name.startswith("AWS_")},
            "AWS_ACCESS_KEY_ID": facts["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": facts["aws_secret_access_key"],
            "AWS_ENDPOINT_URL": facts["aws_endpoint_url"],
            "AWS_CA_BUNDLE": facts["ca_bundle"],
            "NODE_EXTRA_CA_CERTS": facts["ca_bundle"],
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "AWS_EC2_METADATA_DISABLED": "true",
            "LABVERSE_TARGET": "local",
        }

    def make(
        self, command: str, given: str = "", **more: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["make", command, "STAGE=dev"],
            cwd=ROOT,
            env={**self._environ, **more},
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def does(self, command: str) -> str:
        done = self.make(command, YES="1")
        assert done.returncode == 0, f"make {command}:\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr  # the CDK tells its progress on stderr


@pytest.fixture(scope="module")
def deployer(enforced: Deployed) -> Person:
    """An administrator has bootstrapped the account; this user holds policies/deploy.json."""
    administrator = Person(enforced, ROOT_KEY)
    administrator.does("bootstrap")
    iam = administrator.cloud.client("iam")
    for name in ("deploy", "operate", "execution"):
        text = (POLICIES / f"{name}.json").read_text(encoding="utf-8")
        iam.create_policy(PolicyName=name, PolicyDocument=text)
    iam.create_user(UserName="deployer")
    arn = f"arn:aws:iam::{ACCOUNT}:policy/deploy"
    iam.attach_user_policy(UserName="deployer", PolicyArn=arn)
    return Person(enforced, iam.create_access_key(UserName="deployer")["AccessKey"])


def test_a_stage_comes_stays_and_goes(deployer: Person) -> None:
    told = deployer.does("deploy")
    url, key = _line(told, "api"), _line(told, "key")
    assert key.startswith("lv_")
    assert "shown once" in told
    http = deployer.cloud.http
    health = http.get(f"{url}/health", params=OF_ACCOUNT).json()
    assert health["components"] == {"keys": "ok"}, health
    post = partial(http.post, f"{url}/api/v1/analyze", params=OF_ACCOUNT, json={})
    assert post(headers={"x-api-key": key}).status_code == 422, "the key opens the door"
    assert post().status_code == 401

    again = deployer.does("deploy")
    assert _line(again, "key").startswith("there is one already")
    assert again.count("(no changes)") == len(_stacks(deployer))
    assert "There were no differences" in deployer.does("diff")

    kept = deployer.make("destroy", given="prod\n")
    assert kept.returncode != 0
    assert "nothing was deleted" in kept.stderr
    assert _stacks(deployer) == ["data", "fallback", "service"]
    deployer.does("destroy")
    assert _stacks(deployer) == []


def test_it_takes_no_more_than_the_policy(deployer: Person) -> None:
    """What the deployer deploys with is really that little."""
    table = deployer.cloud.client("dynamodb")
    with pytest.raises(table.exceptions.ClientError, match="AccessDenied"):
        table.list_tables()


def _stacks(person: Person) -> list[str]:
    """The stacks of stage dev that are there, by an administrator's eyes."""
    client = person.cloud.as_user(ROOT_KEY).client("cloudformation")
    there = [
        stack["StackName"].removeprefix("Labverse-dev-")
        for stack in client.describe_stacks()["Stacks"]
        if stack["StackName"].startswith("Labverse-dev-")
    ]
    return sorted(there)


def _line(text: str, label: str) -> str:
    """What one of the closing lines says."""
    found = [
        line.split(maxsplit=1)[1]
        for line in text.splitlines()
        if line.strip().startswith(f"{label} ")
    ]
    assert found, f"no line {label!r} in:\n{text}"
    return found[-1].strip()
