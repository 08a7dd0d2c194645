"""AWS WAF for an API whose bodies are prompts: code, HTML and SQL in them are not attacks."""

from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra_cdk.config import StageConfig

# Managed groups, with those of their rules that read bodies only counted: a prompt that quotes a
# script, a path or a query is what this product is for. Bodies are limited and parsed by us.
_GROUPS: dict[str, tuple[str, ...]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": ("JavaDeserializationRCE_BODY", "Log4JRCE_BODY"),
    "AWSManagedRulesCommonRuleSet": (
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        # Official clients say who they are; scripts of users often do not.
        "NoUserAgent_HEADER",
        "SizeRestrictions_BODY",
    ),
}


class Firewall(waf.CfnWebACL):
    """Known bad addresses and inputs are blocked, and whoever calls too often from one address."""

    def __init__(self, scope: Construct, *, config: StageConfig) -> None:
        rules = [
            _managed(name, counted, priority)
            for priority, (name, counted) in enumerate(_GROUPS.items())
        ]
        name = f"labverse-{config.stage}"
        super().__init__(
            scope,
            "Firewall",
            name=name,
            description=f"Lab-Verse {config.stage}: before the API",
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            rules=[*rules, _rate(config, len(rules))],
            visibility_config=_visible(name),
        )


def _managed(name: str, counted: tuple[str, ...], priority: int) -> waf.CfnWebACL.RuleProperty:
    count = waf.CfnWebACL.RuleActionProperty(count={})
    group = waf.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=name,
        rule_action_overrides=[
            waf.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count)
            for rule in counted
        ],
    )
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        statement=waf.CfnWebACL.StatementProperty(managed_rule_group_statement=group),
        visibility_config=_visible(name),
    )


def _rate(config: StageConfig, priority: int) -> waf.CfnWebACL.RuleProperty:
    """One address may use the API's whole rate, but not for five minutes on end."""
    limit = waf.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="IP", limit=max(100, int(config.throttle.per_second * 150))
    )
    return waf.CfnWebACL.RuleProperty(
        name="rate-of-one-address",
        priority=priority,
        action=waf.CfnWebACL.RuleActionProperty(block={}),
        statement=waf.CfnWebACL.StatementProperty(rate_based_statement=limit),
        visibility_config=_visible("rate-of-one-address"),
    )


def _visible(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    """Counted, without samples: a sampled request holds its headers, and the key is one."""
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
