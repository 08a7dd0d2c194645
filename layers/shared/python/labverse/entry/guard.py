"""What guard is called with: a step of a rotation, or the daily look at the keys' ages."""

from typing import Any, TypeVar

from aws_lambda_powertools.metrics import MetricUnit
from pydantic import ValidationError

from labverse.guard.models import AgeCheck, RotationCall
from labverse.guard.providers import KeyAges
from labverse.guard.service import Rotation
from labverse.kernel.errors import FieldError, InvalidInput
from labverse.kernel.model import Model
from labverse.platform import telemetry

M = TypeVar("M", bound=Model)


def handle(event: dict[str, Any], rotation: Rotation, ages: KeyAges) -> Any:
    """Parse, call one use case, respond.

    Raises InvalidInput for anything else, and what the use case raises: Secrets Manager tries a
    failed step again, and Lambda a failed check.
    """
    if "check" in event:
        _parsed(event, AgeCheck)
        return _checked(ages)
    call = _parsed(event, RotationCall)
    done = rotation(call)
    telemetry.logger().info("rotation step", extra=done.model_dump())
    return done.model_dump(mode="json")


def _checked(ages: KeyAges) -> Any:
    """One metric per provider, and the oldest of all, which the alarm looks at."""
    found = ages()
    for provider, days in found.days.items():
        telemetry.record({"provider": provider}, {"ProviderKeyAgeDays": (_DAYS, days)})
    oldest = max(found.days.values(), default=0.0)
    telemetry.record({}, {"OldestProviderKeyDays": (_DAYS, oldest)})
    return found.model_dump(mode="json")


# CloudWatch has no unit of a day.
_DAYS = MetricUnit.NoUnit


def _parsed(event: dict[str, Any], model: type[M]) -> M:
    try:
        return model.model_validate(event)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        raise InvalidInput(
            "this is neither a step of a rotation nor a check",
            [
                FieldError(field=".".join(str(part) for part in item["loc"]), message=item["msg"])
                for item in found
            ],
        ) from None
