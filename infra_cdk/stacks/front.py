"""Before the API on prod: CloudFront's network, and a firewall that knows what prompts look like.

In us-east-1, wherever the API is: that is where CloudFront takes firewalls and certificates from.
"""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as certificates
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from infra_cdk.config import EVERYWHERE, StageConfig
from infra_cdk.constructs import share
from infra_cdk.constructs.firewall import Firewall


class FrontStack(cdk.Stack):
    """One distribution that caches nothing, and its firewall."""

    def __init__(self, scope: Construct, id_: str, *, config: StageConfig) -> None:
        super().__init__(
            scope,
            id_,
            description="Lab-Verse: what stands before the API",
            env=cdk.Environment(region=EVERYWHERE),
        )
        firewall = Firewall(self, config=config)
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Lab-Verse {config.stage}",
            default_behavior=self._behavior(config),
            web_acl_id=firewall.attr_arn,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            **self._name(config),
        )
        url = f"https://{config.domain.name if config.domain else distribution.domain_name}"
        cdk.CfnOutput(self, "Url", value=url)

    def _behavior(self, config: StageConfig) -> cloudfront.BehaviorOptions:
        host = (
            config.domain.api_name
            if config.domain
            else share.read(self, stage=config.stage, name="api-host")
        )
        return cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(
                host,
                protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
                origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
                # The API gives up after 30 s; its own answer to that is better than CloudFront's.
                read_timeout=cdk.Duration.seconds(35),
            ),
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        )

    def _name(self, config: StageConfig) -> dict[str, Any]:
        """TLS 1.3 only, so that a post-quantum key exchange is agreed wherever both sides can.

        CloudFront lets nobody choose the policy of its own *.cloudfront.net certificate: it offers
        the same key exchange to TLS 1.3 clients, but takes older ones too.
        """
        if config.domain is None:
            return {}
        certificate = certificates.Certificate.from_certificate_arn(
            self, "Certificate", config.domain.certificate_arn
        )
        return {
            "domain_names": [config.domain.name],
            "certificate": certificate,
            "minimum_protocol_version": cloudfront.SecurityPolicyProtocol.TLS_V1_3_2025,
        }
