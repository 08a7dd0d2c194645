"""The stand-in for cloud providers that fails on demand."""

from __future__ import annotations

from infra_cdk.local.stand_in import StandIn

SERVER = StandIn(name="faults", offset=4, stands_for="providers", ready="/_calls")
