"""Every unit test logs under the same name, to where the test can read it."""

import io
import logging
import os
from collections.abc import Iterator

import pytest

# Powertools reads these when a logger or metric is first made, as in a function.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "test")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "labverse")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the product logs during the test, as the JSON lines that CloudWatch would get."""
    from labverse.platform import telemetry

    written = io.StringIO()
    handlers = [
        handler
        for handler in telemetry.logger().handlers
        if isinstance(handler, logging.StreamHandler)
    ]
    before = [handler.setStream(written) for handler in handlers]
    yield written
    for handler, stream in zip(handlers, before, strict=True):
        handler.setStream(stream)
