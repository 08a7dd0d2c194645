"""What AWS asks for in us-east-1, before free tiers, taxes and discounts: the one price list."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

AS_OF = "2026-11-24"
HOURS = Decimal(730)
"""AWS's own month."""
SECONDS = HOURS * 3600
MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Price:
    """`usd` buys one `unit`. `page` is AWS's page; `seen` says where the figure was read."""

    what: str
    unit: str
    usd: Decimal
    page: str
    seen: str


_REPEATED = "several public documents that quote it"
_ONE = "one public document that quotes it"


def _price(what: str, unit: str, usd: str, page: str, seen: str = _REPEATED) -> Price:
    return Price(what, unit, Decimal(usd), f"https://aws.amazon.com/{page}/pricing/", seen)


PRICES = {
    "alarm": _price("CloudWatch alarm", "alarm metric and month", "0.10", "cloudwatch"),
    "metric": _price("CloudWatch custom metric", "metric and month", "0.30", "cloudwatch"),
    "logs": _price("CloudWatch Logs", "GB ingested", "0.50", "cloudwatch"),
    "kept-logs": _price("CloudWatch Logs kept", "GB and month", "0.03", "cloudwatch"),
    "traces": _price("X-Ray", "trace recorded", "0.000005", "xray"),
    "key": _price("KMS customer-managed key", "key and month", "1.00", "kms"),
    "secret": _price("Secrets Manager", "secret and month", "0.40", "secrets-manager"),
    "calls": _price("Lambda requests", "request", "0.0000002", "lambda"),
    "compute": _price("Lambda on arm64", "GB-second", "0.0000133334", "lambda"),
    "snapshot": _price("SnapStart cache", "GB-second", "0.0000015046", "lambda"),
    "restore": _price("SnapStart restore", "GB restored", "0.0001397998", "lambda"),
    "api": _price("API Gateway HTTP API", "request", "0.000001", "api-gateway"),
    "read": _price("DynamoDB on demand", "read request unit", "0.000000125", "dynamodb", _ONE),
    "write": _price("DynamoDB on demand", "write request unit", "0.000000625", "dynamodb", _ONE),
    "event": _price("EventBridge custom event", "event", "0.000001", "eventbridge"),
    "archive": _price("EventBridge archive", "GB archived", "0.10", "eventbridge", _ONE),
    "wall": _price("WAF web ACL", "web ACL and month", "5.00", "waf"),
    "rule": _price("WAF rule or managed group", "rule and month", "1.00", "waf"),
    "walled": _price("WAF", "request", "0.0000006", "waf"),
    "front": _price("CloudFront HTTPS", "request", "0.000001", "cloudfront"),
    "front-out": _price("CloudFront to the internet", "GB", "0.085", "cloudfront"),
    "out": _price("Data out to the internet", "GB", "0.09", "ec2/on-demand"),
    "vcpu": _price("Fargate on ARM, on demand", "vCPU-hour", "0.03238", "fargate"),
    "memory": _price("Fargate on ARM, on demand", "GB-hour", "0.00356", "fargate"),
    "vcpu-x86": _price("Fargate on x86, on demand", "vCPU-hour", "0.04048", "fargate"),
    "memory-x86": _price("Fargate on x86, on demand", "GB-hour", "0.004445", "fargate"),
    "address": _price("Public IPv4 address", "hour", "0.005", "vpc"),
    "files": _price("EFS Standard", "GB and month", "0.30", "efs"),
    "images": _price("ECR", "GB and month", "0.10", "ecr"),
    "zone": _price("Route 53 hosted zone", "zone and month", "0.50", "route53"),
}


@dataclass(frozen=True)
class Item:
    """`quantity` units of the price called `price`. `why` is how the quantity comes about."""

    price: str
    quantity: Decimal
    why: str

    @property
    def usd(self) -> Decimal:
        """Quantity times unit price."""
        return self.quantity * PRICES[self.price].usd
