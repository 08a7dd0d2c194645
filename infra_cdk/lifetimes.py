"""Aliases whose model is retired, or will be soon: named by `make check`, warned of at synth."""

import sys
from datetime import UTC, date, datetime

from aws_cdk import Annotations
from constructs import Construct

from infra_cdk.constructs.layer import route_config, route_policy
from labverse.route.config import RouteConfig
from labverse.route.lifecycle import dead, routed, warning


def warn(scope: Construct, config: RouteConfig, today: date) -> None:
    """Warn of every routed alias that means another model, or none, on `today`, or soon.

    Raises ValueError when no routed alias has a live model: such a deployment could answer with
    the local model only, and would not say why.
    """
    candidates = routed(config, today)
    if all(candidate.model is None for candidate in candidates):
        raise ValueError(
            f"no routed alias has a live model on {today}: see config/ai_providers.yaml"
        )
    days = route_policy().alerts.warn_retirement_days
    for candidate in candidates:
        told = warning(config, candidate, today, days)
        if told:
            Annotations.of(scope).add_warning_v2(f"labverse:{candidate.alias}", told)


def main(today: date) -> int:
    """Name the dead aliases; 1 where there is one."""
    found = dead(route_config(), today)
    for alias in found:
        print(f"alias {alias} has no live model: name a successor in config/ai_providers.yaml")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(datetime.now(UTC).date()))
