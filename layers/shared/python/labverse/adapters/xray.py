"""X-Ray segments with AWS calls as subsegments; the only file that knows the tracing SDK.

For functions that nobody waits for: importing the SDK costs a cold start more than our own code.
The others have Lambda's and API Gateway's own segments. It is in maintenance mode, so whatever
replaces it replaces this file.
"""

from functools import cache
from typing import Any

from labverse.platform.telemetry import Handler


@cache
def _tracer() -> Any:
    from aws_lambda_powertools import Tracer

    return Tracer()


def traced(handler: Handler, event: dict[str, Any], context: Any) -> Any:
    """What `handler` returns or raises, as a subsegment; neither event nor answer is recorded."""
    entered = _tracer().capture_lambda_handler(handler, capture_response=False, capture_error=False)
    return entered(event, context)
