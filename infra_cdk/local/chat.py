"""The stand-in for Slack and Teams, where alerts and approvals can be read and clicked."""

from __future__ import annotations

from infra_cdk.local.stand_in import StandIn

SERVER = StandIn(name="slack", offset=3, stands_for="slack", ready="/_messages", remembers=True)
