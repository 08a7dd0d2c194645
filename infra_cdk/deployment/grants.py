"""What CloudFormation has to be allowed, by the types of resources that it is to make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Statement = dict[str, Any]

# Names of everything of ours that IAM knows by name; CloudFormation makes up the rest of them.
ROLES = "arn:aws:iam::*:role/Labverse-*"
PROFILES = "arn:aws:iam::*:instance-profile/Labverse-*"
ASSETS = "arn:aws:s3:::cdk-hnb659fds-assets-*"
_PASSED_TO = (
    "application-autoscaling.amazonaws.com",
    "apigateway.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "events.amazonaws.com",
    "lambda.amazonaws.com",
    "scheduler.amazonaws.com",
    "states.amazonaws.com",
)
_LINKED = (
    "ecs.amazonaws.com",
    "ecs.application-autoscaling.amazonaws.com",
    "ops.apigateway.amazonaws.com",
    "elasticfilesystem.amazonaws.com",
    "autoscaling.amazonaws.com",
)
# Types by the part that they share, and the IAM prefixes of the services that make them. Whole
# services, because CloudFormation's own calls are not documented, and change without notice.
SERVICES: dict[str, tuple[str, ...]] = {
    "AWS::ApiGatewayV2": ("apigateway",),
    "AWS::ApplicationAutoScaling": ("application-autoscaling",),
    "AWS::AutoScaling": ("autoscaling",),
    "AWS::CDK": (),
    "AWS::CertificateManager": ("acm",),
    "AWS::CloudFront": ("cloudfront",),
    "AWS::CloudWatch": ("cloudwatch",),
    "AWS::DynamoDB": ("dynamodb",),
    "AWS::EC2": ("ec2",),
    "AWS::ECR": ("ecr",),
    "AWS::ECS": ("ecs",),
    "AWS::EFS": ("elasticfilesystem",),
    "AWS::Events": ("events",),
    "AWS::IAM": (),  # the statements on roles, below
    "AWS::KMS": ("kms",),
    "AWS::Lambda": ("lambda",),
    "AWS::Logs": ("logs",),
    "AWS::Scheduler": ("scheduler",),
    "AWS::S3": ("s3",),
    "AWS::SNS": ("sns",),
    "AWS::SQS": ("sqs",),
    "AWS::SSM": ("ssm",),
    "AWS::SecretsManager": ("secretsmanager",),
    "AWS::ServiceDiscovery": ("servicediscovery", "route53"),
    "AWS::Signer": ("signer",),
    "AWS::StepFunctions": ("states",),
    "AWS::WAFv2": ("wafv2",),
}


def family(kind: str) -> str:
    """`AWS::Lambda` of `AWS::Lambda::Function`. Raises ValueError for an unlisted one."""
    found = "::".join(kind.split("::")[:2])
    if found not in SERVICES:
        raise ValueError(
            f"{kind}: who deploys it needs to know its service: add {found} to SERVICES in "
            "infra_cdk/deployment/grants.py"
        )
    return found


def execution(kinds: Iterable[str]) -> Statement:
    """The policy for CloudFormation's role, if templates hold these types and no others."""
    families = sorted({family(kind) for kind in kinds})
    statements = [
        _allow(each.removeprefix("AWS::"), [f"{prefix}:*" for prefix in SERVICES[each]], "*")
        for each in families
        if SERVICES[each]
    ]
    return {"Version": "2012-10-17", "Statement": [*statements, *_always()]}


def _always() -> list[Statement]:
    """Roles of ours and no others, what is passed to whom, and what the CDK has uploaded."""
    roles = ["CreateRole", "DeleteRole", "GetRole", "TagRole", "UntagRole", "UpdateRole"]
    roles += ["UpdateAssumeRolePolicy", "PutRolePolicy", "DeleteRolePolicy", "GetRolePolicy"]
    roles += ["AttachRolePolicy", "DetachRolePolicy"]
    profiles = ["Create", "Delete", "Get", "AddRoleTo", "RemoveRoleFrom"]
    passing = {"StringEquals": {"iam:PassedToService": list(_PASSED_TO)}}
    linking = {"StringEquals": {"iam:AWSServiceName": list(_LINKED)}}
    return [
        _allow("Roles", [f"iam:{name}" for name in roles], ROLES),
        _allow("Profiles", [f"iam:{name}InstanceProfile" for name in profiles], PROFILES),
        _allow("PassRoles", ["iam:PassRole"], ROLES, passing),
        _allow("LinkedRoles", ["iam:CreateServiceLinkedRole"], "*", linking),
        _allow("Assets", ["s3:GetObject*", "s3:GetBucket*", "s3:List*"], [ASSETS, f"{ASSETS}/*"]),
    ]


def _allow(
    sid: str,
    actions: list[str],
    resources: str | list[str],
    condition: Mapping[str, Any] | None = None,
) -> Statement:
    statement = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
    return {**statement, "Condition": dict(condition)} if condition else statement


def deploying() -> Statement:
    """The policy for whoever runs `make diff`, `deploy` and `destroy`: the CDK's roles do it."""
    deploy = [
        _allow("CdkRoles", ["sts:AssumeRole"], "arn:aws:iam::*:role/cdk-hnb659fds-*"),
        _allow(
            "Names",
            ["ssm:GetParameter"],
            ["arn:aws:ssm:*:*:parameter/cdk-bootstrap/*", "arn:aws:ssm:*:*:parameter/labverse/*"],
        ),
        _allow("FirstKey", _WRITE_KEYS, _TABLE),
        _allow("Pepper", ["secretsmanager:GetSecretValue"], _PEPPER),
        _allow("ImagesThere", ["ecr:DescribeImages"], "arn:aws:ecr:*:*:repository/labverse-*"),
        _allow("DataKey", _DATA_KEY, "*", _through("dynamodb", "secretsmanager")),
    ]
    return {"Version": "2012-10-17", "Statement": deploy}


def operating() -> Statement:
    """Besides, for whoever runs `kimi keys`, `providers`, `secrets` and `events` on a stage."""
    letters = ["GetQueueUrl", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"]
    describe, rotate = "secretsmanager:DescribeSecret", "secretsmanager:RotateSecret"
    amend = [f"secretsmanager:{name}" for name in ("PutSecretValue", "UpdateSecretVersionStage")]
    statements = [
        _allow("Names", ["ssm:GetParameter"], "arn:aws:ssm:*:*:parameter/labverse/*"),
        _allow("Keys", _WRITE_KEYS, _TABLE),
        _allow("Secrets", [describe, rotate], f"{_SECRETS}*"),
        _allow("Read", ["secretsmanager:GetSecretValue"], [_PEPPER, _PROVIDER_KEYS]),
        _allow("SetKey", amend, _PROVIDER_KEYS),
        _allow("Letters", [f"sqs:{name}" for name in letters], "arn:aws:sqs:*:*:labverse-*"),
        _allow("Replay", ["events:PutEvents"], "arn:aws:events:*:*:event-bus/labverse*"),
        _allow("Again", ["lambda:InvokeFunction"], "arn:aws:lambda:*:*:function:labverse-*"),
        _allow("DataKey", _DATA_KEY, "*", _through("dynamodb", "secretsmanager")),
    ]
    return {"Version": "2012-10-17", "Statement": statements}


_TABLE = "arn:aws:dynamodb:*:*:table/labverse-*-keys"
_WRITE_KEYS = [f"dynamodb:{name}" for name in ("GetItem", "PutItem", "Scan")]
_SECRETS = "arn:aws:secretsmanager:*:*:secret:labverse/"
# Secrets Manager ends an ARN with six letters of its own.
_PEPPER, _PROVIDER_KEYS = f"{_SECRETS}*/key-pepper-*", f"{_SECRETS}*/provider-keys-*"
_DATA_KEY = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"]


def _through(*services: str) -> Mapping[str, Any]:
    """The key's id is made up at deployment: whoever asks must come through these services."""
    return {"StringLike": {"kms:ViaService": [f"{name}.*.amazonaws.com" for name in services]}}
