"""Slack's interaction payloads, read into a Click. The request's signature is verified before."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from labverse.approve.models import Answer, Click
from labverse.kernel.errors import FieldError, InvalidInput

ACTION_PREFIX = "labverse."
"""Before an answer in an action's id: `labverse.approve`."""
SLACK_REPLIES = "https://hooks.slack.com"
# The approval's id, then the digest of its terms.
_VALUE = re.compile(r"([A-Za-z0-9_-]{1,64})\.([0-9a-f]{64})", re.ASCII)


def value(approval_id: str, terms_digest: str) -> str:
    """What a button carries: what is asked and on which terms, and nothing secret."""
    return f"{approval_id}.{terms_digest}"


def read(payload: str, reply_origin: str = SLACK_REPLIES) -> Click:
    """The click in the `payload` field of Slack's form, as JSON text.

    Replies go to `reply_origin` only: an address in a payload is data like the rest of it.
    Raises InvalidInput, listing every field that cannot be used; it quotes none of them.
    """
    try:
        given = _Payload.model_validate_json(payload)
    except ValidationError as error:
        raise _refused([_told(item) for item in error.errors()]) from None
    action = given.actions[0]
    name, named = action.action_id.removeprefix(ACTION_PREFIX), _VALUE.fullmatch(action.value)
    faults = []
    if not action.action_id.startswith(ACTION_PREFIX) or name not in set(Answer):
        faults.append(FieldError(field="actions.0.action_id", message="is no answer of ours"))
    if not named:
        faults.append(FieldError(field="actions.0.value", message="names no approval"))
    if given.response_url and not given.response_url.startswith(f"{reply_origin}/"):
        faults.append(FieldError(field="response_url", message="is not an address of Slack's"))
    if faults or not named:
        raise _refused(faults)
    return Click(
        approval_id=named[1],
        terms_digest=named[2],
        answer=Answer(name),
        team=given.user.team_id or given.team.id,
        user=given.user.id,
        reply_url=given.response_url,
    )


class _Slack(BaseModel):
    """Slack adds members as it likes."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Team(_Slack):
    id: str = Field(min_length=1, max_length=64)


class _User(_Team):
    team_id: str | None = Field(default=None, max_length=64)
    """The person's own workspace: in a shared channel it is not the one that was clicked in."""


class _Action(_Slack):
    action_id: str = Field(max_length=255)
    value: str = Field(max_length=2_000)


class _Payload(_Slack):
    type: str = Field(pattern=r"^block_actions$")
    user: _User
    team: _Team
    actions: tuple[_Action, ...] = Field(min_length=1, max_length=1)
    response_url: str | None = Field(default=None, max_length=2_000)


def _told(item: Any) -> FieldError:
    field = ".".join(str(part) for part in item["loc"]) or "payload"
    return FieldError(field=field, message=str(item["msg"]), kind=str(item["type"]))


def _refused(faults: list[FieldError]) -> InvalidInput:
    return InvalidInput("The click cannot be read", faults)
