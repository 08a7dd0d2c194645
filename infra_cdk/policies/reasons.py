"""Every finding of a scanner that stays, and why. A row that no finding needs fails a test."""

import re
from fnmatch import fnmatchcase
from typing import NamedTuple

# Judges at synth, by how their rules are named. Rules of others (CKV…, B…) are matched by the tests
# that run those.
_JUDGES = {
    r"LV-|[EFIW]\d{4}$": "CloudFormation-Validate",
    "AwsSolutions-": "AwsSolutions",
    "Serverless-": "Serverless",
}


class Accepted(NamedTuple):
    """`place` is a construct path without the stage, or a source file; `*` stands for anything."""

    rules: tuple[str, ...]
    place: str
    why: str

    def holds(self, place: str) -> bool:
        """Whether this row speaks of `place`."""
        return fnmatchcase(place, self.place)

    def at_synth(self) -> tuple[str, ...]:
        """Its rules that are judged at synth, by the names their judges listen to."""
        return tuple(
            f"{judge}::{rule}"
            for rule in self.rules
            for pattern, judge in _JUDGES.items()
            if re.match(pattern, rule)
        )


ACCEPTED: tuple[Accepted, ...] = (
    Accepted(
        ("AwsSolutions-L1", "Serverless-LambdaLatestVersion"),
        "service/*/Resource",
        "3.13 is the Python that the layers' wheels and the local cloud are locked and tested for; "
        "LV-FunctionPlatform holds every function to it",
    ),
    Accepted(
        ("AwsSolutions-SMG4", "LV-SecretWithoutRotation"),
        "data/ProviderKeys/Resource",
        "the keys are the vendors': who holds one replaces it with `kimi providers set-key`",
    ),
    Accepted(
        ("W3005",),
        "service/*/Resource",
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
        "service/*/Resource",
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
        ("CKV_AWS_115",),
        "service/Observe/*/Resource",
        "a runaway of it spends nothing: the API's throttle is limit enough",
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
        ("AwsSolutions-ECS4",),
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
    Accepted(
        ("B404", "B603", "B606"),
        "infra_cdk/*",
        "commands of this repository start programs, each by a list of arguments and none through "
        "a shell (B602 would tell); functions start none",
    ),
    Accepted(
        ("B310",),
        "infra_cdk/local/download.py",
        "the addresses are those of the package index that the person's own pip is configured for",
    ),
    Accepted(
        ("B101",),
        "infra_cdk/constructs/gate.py",
        "tells the type checker what the line before it made sure of",
    ),
    Accepted(
        ("B101",),
        "layers/shared/python/labverse/route/catalogue.py",
        "tells the type checker what the lines before it made sure of",
    ),
    Accepted(
        ("B105",),
        "layers/shared/python/labverse/platform/genai.py",
        "the name of a metric: its tokens are words of a prompt",
    ),
    Accepted(
        ("B105",),
        "layers/shared/python/labverse/cli/target.py",
        "`test` is what the local cloud takes for any credential",
    ),
    Accepted(
        ("B105",),
        "infra_cdk/local/*.py",
        "`test` is what the local cloud takes for any credential; the other is a secret's name",
    ),
)
