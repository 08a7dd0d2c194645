"""One call of Slack's Web API, with Slack's own SDK; its errors in our words."""

from collections.abc import Callable
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from labverse.kernel.errors import Refused, Unavailable
from labverse.platform import telemetry
from labverse.route.alerting import Unsent

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError
    from slack_sdk.web import WebClient

API_URL = "https://slack.com/api/"
# Per step of a call: connect, send, read.
_SECONDS = 5
# Slack said how long to wait: so long we do, in the same call. Longer waits are Lambda's.
_MOST_WAIT = 5
# Answers by which nothing was posted, and by which nobody knows. All others are ours to mend.
_PASSING = {"ratelimited", "rate_limited", "service_unavailable", "request_timeout"}
_UNSURE = {"internal_error", "fatal_error"}


class SlackApi:
    """Slack, or what stands in for it at `url`. `pause` sleeps that many seconds."""

    def __init__(self, token: str, pause: Callable[[float], None], url: str = API_URL) -> None:
        self._token, self._pause, self.url = token, pause, url

    def call(self, method: Callable[["WebClient"], Any]) -> Any:
        """What Slack answers; where it asks for a short wait, after that.

        Raises Unsent, Refused, or Unavailable where nobody knows whether it was done.
        """
        try:
            return self._call(method)
        except Unsent as error:
            if error.retry_after is None or error.retry_after > _MOST_WAIT:
                raise
            self._pause(error.retry_after)
            return self._call(method)

    def _call(self, method: Callable[["WebClient"], Any]) -> Any:
        # Half as dear to import as everything else: whoever posts nothing need not pay for it.
        from slack_sdk.errors import SlackApiError, SlackClientError
        from slack_sdk.web import WebClient

        # Its own retries would post again what may have been posted.
        client = WebClient(self._token, self.url, timeout=_SECONDS, retry_handlers=[])
        client.proxy = None
        try:
            return method(client)
        except SlackApiError as error:
            raise _told(error) from None
        except URLError as error:
            if isinstance(error.reason, ConnectionRefusedError):
                raise Unsent("Slack cannot be reached") from error
            raise Unavailable("Slack did not answer") from error
        except (SlackClientError, OSError, HTTPException, ValueError, AttributeError) as error:
            # The last two are what the SDK makes of an answer that is none of Slack's.
            raise Unavailable("Slack's answer cannot be read") from error


def _told(error: "SlackApiError") -> Unavailable | Refused:
    """What an answer means for the message. Only Slack's own code is logged."""
    status, data = error.response.status_code, error.response.data
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    known = code if code.replace("_", "").isalnum() else "unreadable"
    telemetry.logger().error("slack refused", extra={"status": status, "code": known})
    if status == 429 or code in _PASSING:
        return Unsent(f"Slack: {known}", retry_after=_seconds(error.response.headers))
    if status >= 500 or code in _UNSURE or known == "unreadable":
        return Unavailable(f"Slack: {status} {known}")
    return Refused(f"Slack: {known}")


def _seconds(headers: Any) -> int | None:
    found = {str(name).lower(): value for name, value in dict(headers).items()}
    text = str(found.get("retry-after", ""))
    return int(text) if text.isascii() and text.isdigit() else None
