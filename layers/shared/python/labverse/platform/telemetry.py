"""JSON logs with correlation ids, and metrics in CloudWatch's embedded format (EMF).

Nothing here receives prompts, answers or keys: callers log names, numbers and outcomes only.
"""

import traceback
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

Handler = Callable[[dict[str, Any], Any], Any]


@cache
def logger() -> Logger:
    """The process's logger; service name and level come from the function's settings."""
    return Logger(utc=True, use_rfc3339=True)


def invoke(handler: Handler, event: dict[str, Any], context: Any, correlation_id_path: str) -> Any:
    """Run `handler` with Lambda's context and the event's correlation id in every line it logs."""
    entered = logger().inject_lambda_context(
        handler, correlation_id_path=correlation_id_path, clear_state=True
    )
    return entered(event, context)


def record(dimensions: Mapping[str, str], values: Mapping[str, tuple[MetricUnit, float]]) -> None:
    """One EMF line: every value under the same dimensions, plus the service's own.

    Keep dimensions few-valued (provider, model, outcome): each combination is a billed metric.
    """
    metrics = EphemeralMetrics()
    for name, value in dimensions.items():
        metrics.add_dimension(name, value)
    correlation_id = logger().get_correlation_id()
    if correlation_id:
        metrics.add_metadata("correlation_id", correlation_id)
    for name, (unit, number) in values.items():
        metrics.add_metric(name, unit, number)
    metrics.flush_metrics()


def fault(error: Exception, **where: str) -> None:
    """Log an unexpected error by type and place. Its message is left out: it may quote a prompt."""
    frames = traceback.extract_tb(error.__traceback__)
    logger().error(
        "fault",
        extra={
            "exception_name": type(error).__name__,
            "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]],
            **where,
        },
    )
