"""A request as it came, read whole: whatever is wrong with it is told at once, field by field."""

from collections.abc import Mapping
from datetime import datetime
from math import prod
from typing import Any

from pydantic import ValidationError

from labverse.kernel.errors import FieldError
from labverse.negotiate.config import ChannelProfile, NegotiatePolicy
from labverse.negotiate.errors import TooManyOutcomes, Unusable
from labverse.negotiate.position_checks import PositionChecks
from labverse.negotiate.requests import NegotiationRequest
from labverse.negotiate.shapes import listed, texts


def read(given: Any, policy: NegotiatePolicy, now: datetime) -> NegotiationRequest:
    """The request in `given`, as JSON was parsed.

    Raises Unusable with every bad field, or TooManyOutcomes, which is told from sizes alone.
    """
    raw = given if isinstance(given, Mapping) else {}
    _refuse_too_large(raw)
    request, faults = None, []
    try:
        request = NegotiationRequest.model_validate(given)
    except ValidationError as error:
        faults = _told(error, "")
    known = {fault.field for fault in faults}
    faults += [fault for fault in _across(raw, policy, now) if fault.field not in known]
    if faults or request is None:
        raise Unusable(faults)
    return request


def profiles(request: NegotiationRequest, policy: NegotiatePolicy) -> dict[str, ChannelProfile]:
    """The profiles of the request's platforms: config's, with what the request overrides."""
    given = request.profiles or {}
    return {
        name: _overridden(policy.channels[name], given.get(name, {}))
        for name in request.platforms or ()
    }


def _overridden(profile: ChannelProfile, members: Mapping[str, Any]) -> ChannelProfile:
    """Of a forecast, as much as is told: another median keeps its spread and its doubt."""
    known = profile.model_dump(mode="json")
    merged = {
        name: {**known[name], **value}
        if isinstance(known.get(name), dict) and isinstance(value, Mapping)
        else value
        for name, value in members.items()
    }
    return ChannelProfile.model_validate({**known, **merged})


def _refuse_too_large(raw: Mapping[str, Any]) -> None:
    """Before any number of the positions is looked at."""
    issues, positions = listed(raw.get("issues")), listed(raw.get("positions"))
    sizes = [len(listed(one.get("values"))) for one in issues if isinstance(one, Mapping)]
    whole = any(isinstance(one, Mapping) and one.get("utilities") is not None for one in positions)
    if not whole or not sizes:
        return
    # numpy comes with this; a request without positions never gets here.
    from labverse.negotiate.reading import ENUMERABLE

    if prod(sizes) > ENUMERABLE:
        raise TooManyOutcomes(prod(sizes), ENUMERABLE)


def _told(error: ValidationError, below: str) -> list[FieldError]:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return [
        FieldError(
            field=".".join([*([below] if below else []), *map(str, item["loc"])]) or "body",
            message=item["msg"],
        )
        for item in found
    ]


def _across(raw: Mapping[str, Any], policy: NegotiatePolicy, now: datetime) -> list[FieldError]:
    """What no field shows by itself."""
    if (raw.get("platforms") is None) == (raw.get("positions") is None):
        message = "give either platforms, or positions with issues and scenarios"
        return [FieldError(field="platforms", message=message)]
    if raw.get("platforms") is None:
        return PositionChecks(raw, policy, now).faults()
    return _platforms(raw, policy)


def _platforms(raw: Mapping[str, Any], policy: NegotiatePolicy) -> list[FieldError]:
    faults = []
    if isinstance(raw.get("goal"), str) and raw["goal"] not in policy.goals:
        faults.append(FieldError(field="goal", message=f"must be one of {list(policy.goals)}"))
    faults += [
        FieldError(field=name, message="belongs to positions, not to platforms")
        for name in ("issues", "scenarios")
        if raw.get(name) is not None
    ]
    named = texts(raw["platforms"])
    if len(named) != 2 or len(set(named)) != 2:
        message = "must be two different ones, the buyer first"
        faults.append(FieldError(field="platforms", message=message))
    faults += [
        FieldError(field=f"platforms.{place}", message=f"config has no profile of {name!r}")
        for place, name in enumerate(named)
        if name not in policy.channels
    ]
    return faults or _profiles(raw, named, policy)


def _profiles(
    raw: Mapping[str, Any], named: list[str], policy: NegotiatePolicy
) -> list[FieldError]:
    """Overrides are of profiles that are there, and both speak of one currency."""
    given = raw.get("profiles") or {}
    if not isinstance(given, Mapping):
        return []  # told already
    faults = [
        FieldError(field=f"profiles.{name}", message="is none of the platforms")
        for name in sorted(map(str, set(given) - set(named)))
    ]
    made = []
    for name in named:
        members = given.get(name, {})
        if not isinstance(members, Mapping):
            continue
        try:
            made.append(_overridden(policy.channels[name], members))
        except ValidationError as error:
            faults += _told(error, f"profiles.{name}")
    currencies = sorted({profile.currency for profile in made})
    if len(currencies) > 1:
        message = f"their profiles are in {currencies}, not in one currency"
        faults.append(FieldError(field="platforms", message=message))
    return faults
