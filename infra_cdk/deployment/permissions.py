"""docs/permissions.md and the policies beside it: who needs to be allowed what, and for what."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable

from infra_cdk.deployment import grants
from infra_cdk.tables import table

_HEAD = """# Permissions

Made by `make generate` from the types of resources in the templates of dev and prod.

## Who deploys

The CDK deploys through roles that `cdk bootstrap` makes, so a person needs little:
[policies/deploy.json](policies/deploy.json). It is what the tests deploy with, on a local cloud
that enforces IAM.

"""
_OPERATE = """
Whoever copies the local model's image into the account's registry (`make deploy` does it once per
version) needs the rights of `docker push` there too: `ecr:GetAuthorizationToken`, and on the
repository `DescribeRepositories`, `BatchGetImage`, `BatchCheckLayerAvailability`,
`InitiateLayerUpload`, `UploadLayerPart`, `CompleteLayerUpload` and `PutImage`.

For `kimi keys`, `secrets`, `providers` and `events` on a stage:
[policies/operate.json](policies/operate.json).

## What CloudFormation needs

CloudFormation acts as the role `cdk-hnb659fds-cfn-exec-role-…`, to which `cdk bootstrap` gives
AdministratorAccess unless told otherwise. [policies/execution.json](policies/execution.json) is
enough instead: whole services, since CloudFormation's own calls are not documented, but only roles
whose names begin with `Labverse-`. An administrator does this once per account and region, before
the first `make deploy`:

```bash needs-aws
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
aws iam create-policy --policy-name labverse-execution \\
  --policy-document file://docs/policies/execution.json
infra_cdk/node_modules/.bin/cdk bootstrap "aws://$ACCOUNT/us-east-1" \\
  --cloudformation-execution-policies "arn:aws:iam::$ACCOUNT:policy/labverse-execution"
```

The local cloud does not check what CloudFormation's role may do; only AWS can prove this policy.
It still lets CloudFormation give a role of ours any rights: see *permissions boundary* in the CDK's
guide (`cdk bootstrap --custom-permissions-boundary`) if that is too much.

"""


def document(kinds: Iterable[str]) -> str:
    """The whole page, of the types that the templates hold."""
    by_family: dict[str, set[str]] = defaultdict(set)
    for kind in kinds:
        by_family[grants.family(kind)].add(kind.rpartition("::")[2])
    deploy = table(("what", "may", "on"), map(_row, grants.deploying()["Statement"]))
    rows = [
        (each.removeprefix("AWS::"), _services(each), ", ".join(sorted(by_family[each])))
        for each in sorted(by_family)
    ]
    return _HEAD + deploy + _OPERATE + table(("service", "may", "for"), rows)


def files(kinds: Iterable[str]) -> dict[str, str]:
    """Every file about permissions by its path in the repository."""
    known = sorted(set(kinds))
    policies = {
        "deploy": grants.deploying(),
        "execution": grants.execution(known),
        "operate": grants.operating(),
    }
    texts = {
        f"docs/policies/{name}.json": json.dumps(policy, indent=1) + "\n"
        for name, policy in policies.items()
    }
    return {**texts, "docs/permissions.md": document(known)}


def _services(family: str) -> str:
    if family == "AWS::IAM":
        return "`iam:*Role*` on roles that begin with `Labverse-`"
    return ", ".join(f"`{prefix}:*`" for prefix in grants.SERVICES[family]) or "nothing"


def _row(statement: grants.Statement) -> tuple[str, ...]:
    resources = statement["Resource"]
    named = [resources] if isinstance(resources, str) else resources
    condition = statement.get("Condition")
    where = f" if {json.dumps(condition)}" if condition else ""
    actions = ", ".join(f"`{action}`" for action in statement["Action"])
    return statement["Sid"], actions, ", ".join(f"`{name}`" for name in named) + where
