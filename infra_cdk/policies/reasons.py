"""Every finding of a scanner that stays, and why. A row that no finding needs fails a test."""

from infra_cdk.policies.accepted import Accepted
from infra_cdk.policies.reasons_of_code import CODE
from infra_cdk.policies.reasons_of_functions import UNLIMITED

__all__ = ["ACCEPTED", "Accepted"]

# As cdk-nag writes them; the last part of a parameter's name is CDK's own constant.
_EXECUTIONS = (
    "arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:"
    "labverse-{stage}-negotiate:*"
)
_BUCKET = "<SsmParameterValuelabverse{stage}databucketC96584B6F00A464EAD1953AFF4B05118Parameter>"
_OBJECTS = f"arn:<AWS::Partition>:s3:::{_BUCKET}/negotiations/*"

ACCEPTED: tuple[Accepted, ...] = (
    Accepted(
        ("AwsSolutions-L1", "Serverless-LambdaLatestVersion"),
        "service/*/Resource",
        "3.13 is the Python that the layers' wheels and the local cloud are locked and tested for; "
        "LV-FunctionPlatform holds every function to it",
    ),
    *(
        Accepted(
            ("AwsSolutions-SMG4", "LV-SecretWithoutRotation"),
            f"data/{name}/Resource",
            "its schedule is in the service stack, beside the function that rotates it; "
            "tests/infra/test_rotation.py holds each secret to one",
        )
        for name in ("KeyPepper", "WebhookSigning", "SessionSigning", "ProviderKeys")
    ),
    Accepted(
        ("AwsSolutions-SMG4", "LV-SecretWithoutRotation"),
        "data/ProviderAdmin/Resource",
        "an owner of the vendor's organization makes these, and only the rotation of keys below "
        "them may read them: it must not be able to make itself another",
    ),
    Accepted(
        ("AwsSolutions-SMG4", "LV-SecretWithoutRotation"),
        "data/Slack/Resource",
        "Slack gives a bot one token for as long as its app is installed, and no API makes another "
        "for it; only the function that posts may read it",
    ),
    Accepted(
        ("Serverless-EventBusDLQ",),
        "service/Guard/Ages/Resource",
        "a daily look that does not reach its function is made again the next day; what the "
        "function cannot do goes to the dead letters, by its alias",
    ),
    Accepted(
        ("LV-TableWithoutRecovery", "AwsSolutions-DDB3", "CKV_AWS_28"),
        "data/Answers/Resource",
        "answers of at most 24 h, which a caller may have erased: a backup would keep them 35 days",
    ),
    Accepted(
        ("LV-TableWithoutRecovery", "AwsSolutions-DDB3", "CKV_AWS_28"),
        "data/Decisions/Resource",
        "decisions about customers, who may be erased: a backup would keep them 35 days longer",
    ),
    Accepted(
        ("AwsSolutions-S1", "CKV_AWS_18"),
        "data/DataBucket/Resource",
        "only roles of ours reach it, for what passes through a workflow; who did is told by "
        "CloudTrail's data events, while access logs would be a second bucket to guard",
    ),
    Accepted(
        ("W3005",),
        "*",
        "CDK writes DependsOn beside a GetAtt on purpose: it waits for a role's policies too",
    ),
    Accepted(
        ("CKV_AWS_27",),
        "data/DeadLetters/Resource",
        "encrypted with SQS's own key, so that Lambda and EventBridge need none of ours to bury "
        "an event; LV-UnencryptedQueue demands one or the other",
    ),
    Accepted(
        ("CKV_AWS_158",),
        "*/Resource",
        "CloudWatch encrypts every log group; ours hold no prompt, answer or customer field, and a "
        "key of our own would cost a call per write",
    ),
    Accepted(
        ("CKV_AWS_117",),
        "service/*/Resource",
        "a function in a VPC needs a NAT gateway to reach a provider: LV-FunctionInVpc denies it",
    ),
    Accepted(
        ("CKV_AWS_173",),
        "service/*/Resource",
        "Lambda encrypts variables; ours hold no secret, LV-KeyInEnvironment denies one",
    ),
    Accepted(
        ("AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"),
        "data/DeadLetters/Resource",
        "it is the dead-letter queue: its letters are replayed or expire, and an alarm tells",
    ),
    Accepted(
        ("AwsSolutions-IAM5[Resource::*]",),
        "service/*Role/DefaultPolicy/Resource",
        "only actions that know no resource: LV-WildcardResource denies any other on *",
    ),
    Accepted(
        ("AwsSolutions-APIG4",),
        "service/*/Live/*/Resource",
        "keys are checked in the functions, because an authorizer's refusal cannot be problem+json;"
        " tests/contracts/test_denied_by_default.py walks every route without a key",
    ),
    Accepted(
        ("Serverless-LambdaDLQ", "CKV_AWS_116"),
        "service/*/Resource",
        "functions whose caller waits have no use for one; the others have an on-failure "
        "destination at their alias, which also tells why: LV-NoDeadLetters demands it",
    ),
    Accepted(
        ("Serverless-EventBusDLQ",),
        "service/Route/Scaling/*/Resource",
        "EventBridge tries for a day to hand an event to Lambda, whose own failures go to the dead "
        "letters; and the next tick does what a lost event would have done",
    ),
    Accepted(
        ("LV-WildcardResource", f"AwsSolutions-IAM5[Resource::{_EXECUTIONS}]"),
        "service/Approve/*Role/DefaultPolicy/Resource",
        "executions of one state machine: each has a name of its own, made up when it starts",
    ),
    Accepted(
        (
            "LV-WildcardResource",
            f"AwsSolutions-IAM5[Resource::{_EXECUTIONS}]",
            f"AwsSolutions-IAM5[Resource::{_OBJECTS}]",
        ),
        "service/Negotiate/*Role/DefaultPolicy/Resource",
        "executions of one state machine, and objects under one folder of the data bucket: what "
        "each is called is made up when there is one",
    ),
    Accepted(
        ("Serverless-EventBusDLQ",),
        "service/Negotiate/*/Resource",
        "what a lost event would have done is done at the next tick or cycle",
    ),
    Accepted(
        ("Serverless-EventBusDLQ",),
        "service/Approve/*/Resource",
        "what a lost event would have done is done at the next tick, within a minute",
    ),
    Accepted(
        ("LV-StatefulInReplaceableStack",),
        "fallback/Ollama/Models/Files/Resource",
        "a cache of models that anybody may pull again; the next task does, if it is gone",
    ),
    Accepted(
        ("AwsSolutions-VPC7",),
        "fallback/Network/Vpc/Resource",
        "one group lets one source in, on one port, and the API before it logs each request",
    ),
    Accepted(
        ("AwsSolutions-ECS2",),
        "fallback/Ollama/Task/Resource",
        "its variables are the model's name and limits, no secret: LV-KeyInEnvironment denies one",
    ),
    Accepted(
        ("AwsSolutions-ECS4", "CKV_AWS_65"),
        "fallback/Ollama/Cluster/Resource",
        "its metrics are billed by task and month; CPU and memory of the service come without it",
    ),
    Accepted(
        ("AwsSolutions-IAM5[Resource::*]",),
        "fallback/Ollama/Task/ExecutionRole/DefaultPolicy/Resource",
        "ECR gives its token for a registry as a whole; what it opens is named beside it",
    ),
    Accepted(
        ("AwsSolutions-CFR1",),
        "front/Distribution/Resource",
        "customers may call from any country",
    ),
    Accepted(
        ("AwsSolutions-CFR3", "CKV_AWS_86"),
        "front/Distribution/Resource",
        "the API behind it writes an access log of every request it lets through, and the firewall "
        "counts what it blocks; a third log would be a bucket of addresses to look after",
    ),
    Accepted(
        ("AwsSolutions-CFR4", "CKV_AWS_174"),
        "front/Distribution/Resource",
        "CloudFront lets nobody choose the policy of its own certificate; with a domain in config "
        "it is TLS 1.3 only",
    ),
    *CODE,
    *UNLIMITED,
)
