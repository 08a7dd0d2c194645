"""`make bootstrap STAGE=dev`: prepare an account for the CDK, once; takes an administrator."""

from __future__ import annotations

from infra_cdk.deployment import account
from infra_cdk.deployment.stage import Stage
from infra_cdk.local import progress


def bootstrap(stage: Stage) -> None:
    """Have what the CDK deploys through in every region of the stage. Raises Problem."""
    account.bootstrap(stage, account.check(stage))
    progress.say("bootstrap", f"the account is ready for: make deploy STAGE={stage.name}")
