"""cdk.json runs this: one stage, its stacks."""

import json
from datetime import UTC, date, datetime

import aws_cdk as cdk

from infra_cdk import policies
from infra_cdk.config import ROOT, StageConfig
from infra_cdk.constructs import gate
from infra_cdk.constructs import target as targets
from infra_cdk.constructs.target import Target
from infra_cdk.stacks.data import DataStack
from infra_cdk.stacks.fallback import FallbackStack
from infra_cdk.stacks.front import FrontStack
from infra_cdk.stacks.service import ServiceStack

# `sam local invoke` finds code through this metadata; the CDK CLI sets it, tests must too.
_METADATA = {"aws:cdk:enable-asset-metadata": True, "aws:cdk:enable-path-metadata": True}


def build(
    *,
    outdir: str | None = None,
    stage: str | None = None,
    target: str | None = None,
    today: date | None = None,
) -> cdk.App:
    """The app of one stage on one target (`-c stage=dev -c target=aws` unless told otherwise).

    `today` decides which models are still alive; the template does not depend on it.
    """
    # The CLI hands over cdk.json's context; whoever calls this function gets the same template.
    flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    app = cdk.App(
        context={**flags, **_METADATA},
        outdir=outdir,
        builtin_cloud_formation_validation=False,  # policies brings it, where templates are judged
    )
    config = StageConfig.load(stage or app.node.try_get_context("stage") or "dev")
    chosen = targets.named(target or app.node.try_get_context("target") or "aws")
    _stacks(app, config, chosen, today or datetime.now(UTC).date())
    cdk.Tags.of(app).add("labverse:stage", config.stage)
    gate.close(app)
    if chosen.name == "aws":
        policies.apply(app)
    return app


def _stacks(app: cdk.App, config: StageConfig, target: Target, today: date) -> None:
    """In the order in which they are deployed: each reads what those before it published."""
    data = DataStack(app, f"Labverse-{config.stage}-data", config=config)
    fallback = FallbackStack(app, f"Labverse-{config.stage}-fallback", config=config)
    fallback.add_stack_dependency(data, "reads its parameters")
    service = ServiceStack(
        app, f"Labverse-{config.stage}-service", config=config, target=target, today=today
    )
    service.add_stack_dependency(data, "reads its parameters")
    service.add_stack_dependency(fallback, "reads where the local model is")
    if config.front:
        front = FrontStack(app, f"Labverse-{config.stage}-front", config=config)
        front.add_stack_dependency(service, "stands before its API")


if __name__ == "__main__":
    build().synth()
