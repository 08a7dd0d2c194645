"""What a message asks for. Data chooses what is done; text is never interpreted."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic_core import from_json

from labverse.negotiate.a2a.faults import CONTENT_TYPE_NOT_SUPPORTED, Fault, invalid
from labverse.negotiate.a2a.wire import Message, Part

JSON = "application/json"
PLAIN = "text/plain"
_WANTED = "the body of POST /api/v2/negotiations"


class Asked(NamedTuple):
    """A request as it is sent to POST /api/v2/negotiations, and which part it was in."""

    given: dict[str, Any]
    field: str


def read(message: Message) -> Asked:
    """The request of a message: its one data part, or a lone text that is exactly a JSON object.

    Raises Fault: for files, for media types that are not JSON, and where there is no request or
    more than one. Text beside data is for people, and is not read.
    """
    for place, part in enumerate(message.parts):
        _refuse_files(part, f"message.parts.{place}")
    data = [place for place, part in enumerate(message.parts) if _is_data(part)]
    if len(data) == 1:
        field = f"message.parts.{data[0]}.data"
        return Asked(_object(message.parts[data[0]].data, field), field)
    if data:
        raise invalid("message.parts", f"must hold one data part, {_WANTED}; has {len(data)}")
    if len(message.parts) > 1:
        raise invalid("message.parts", f"must hold a data part, {_WANTED}")
    field = "message.parts.0.text"
    return Asked(_object(_json(message.parts[0].text or "", field), field), field)


def refuse_unwanted(accepted: Iterable[str]) -> None:
    """Raises Fault where the caller takes nothing that is said here. No wish is any."""
    wanted = [mode.partition(";")[0].strip().lower() for mode in accepted]
    if wanted and not {"*/*", "application/*", "text/*", JSON, PLAIN}.intersection(wanted):
        told = {"outputModes": f"{JSON}, {PLAIN}"}
        message = f"answers are {JSON} and {PLAIN}, of which none is accepted"
        raise Fault(CONTENT_TYPE_NOT_SUPPORTED, message, told=told)


def _is_data(part: Part) -> bool:
    return "data" in part.model_fields_set


def _refuse_files(part: Part, field: str) -> None:
    media = part.media_type.partition(";")[0].strip().lower()
    if part.raw is not None or part.url is not None:
        message = f"{field}: files are not read; send a data part, {_WANTED}"
    elif media and _is_data(part) and media != JSON:
        message = f"{field}: data of {media[:60]!r} is not read; send {JSON}"
    elif media and not _is_data(part) and media not in (JSON, PLAIN):
        message = f"{field}: text of {media[:60]!r} is not read"
    else:
        return
    raise Fault(CONTENT_TYPE_NOT_SUPPORTED, message, told={"inputModes": JSON})


def _json(text: str, field: str) -> Any:
    try:
        return from_json(text.encode("utf-8", "surrogatepass"), allow_inf_nan=False)
    except ValueError:
        message = f"text is not interpreted: send a data part, or text that is exactly {_WANTED}"
        raise invalid(field, message) from None


def _object(given: Any, field: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise invalid(field, f"must be an object: {_WANTED}")
    return {name: _whole(value) for name, value in given.items()}


def _whole(value: Any) -> Any:
    """A2A's JSON is protobuf's, where every number is a double: its 6.0 is what others write as 6.

    Without that, the same terms would have another digest here than over HTTP.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    return value
