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
    """What `handler` returns or raises, as a subsegment; neither event nor answer is recorded.

    Of an error its class is: left to the SDK its message would be too, and that may quote a prompt.
    """
    failure: Exception | None = None
    with _tracer().provider.in_subsegment(name=f"## {handler.__name__}") as subsegment:
        try:
            answer = handler(event, context)
        except Exception as error:  # noqa: BLE001 - raised again below, outside of the subsegment
            failure = error
            subsegment.add_fault_flag()
            subsegment.put_annotation("error", type(error).__name__)
    if failure is not None:
        raise failure
    return answer
