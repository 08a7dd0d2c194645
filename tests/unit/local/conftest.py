"""A server of providers that fail on demand, for each test anew."""

from collections.abc import Iterator

import httpx
import pytest

from infra_cdk.local.faults.server import FaultServer
from tests.unit.local.fault_client import Client


@pytest.fixture
def client() -> Iterator[Client]:
    server = FaultServer(0)
    server.start()
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        yield Client(server, http)
    server.stop()
