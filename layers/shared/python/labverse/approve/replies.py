"""What whoever clicked is told, in plain words: a click is never silently ignored."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from labverse.approve.deciding import Shown
from labverse.kernel.model import Model

REPLY_DUE = "ReplyDue"
"""The event, never on the bus, with which a Reply is handed on to be sent later."""
REPLAYED, UNKNOWN, UNRECORDED = "replayed", "unknown", "unrecorded"
"""What a click may come to before the rules of an approval are asked."""
WORDS: Mapping[str, str] = {
    Shown.APPROVED: "You approved this. It goes ahead.",
    Shown.VETOED: "You vetoed this. It will not happen.",
    Shown.COUNTED: "Your approval counts. Others still have to approve before it goes ahead.",
    Shown.ALREADY_COUNTED: "Your approval was counted before. Others still have to approve.",
    Shown.ALREADY_DECIDED: "This was decided before you clicked: your click changed nothing.",
    Shown.EXPIRED: "The time to answer is over, which counts as a veto: your click came too late.",
    Shown.ABANDONED: "This is no longer open, as what asked for it has ended: your click changed "
    "nothing.",
    Shown.OWN_REQUEST: "You asked for this yourself, so somebody else has to approve it. "
    "You may veto it.",
    Shown.WRONG_TEAM: "People of your workspace may not answer this: your click changed nothing.",
    Shown.NOT_ALLOWED: "You are not among those who may answer this: your click changed nothing.",
    Shown.OTHER_TERMS: "The terms are not those that this message shows: your click changed "
    "nothing. Answer the newest message.",
    Shown.OTHER_APPROVAL: "This button belongs to another question: your click changed nothing.",
    REPLAYED: "This click arrived before, and was handled then: now it changed nothing.",
    UNKNOWN: "Nobody here knows this question (any more): your click changed nothing.",
    UNRECORDED: "Your click may not have been recorded, as something is out of reach at the "
    "moment: click again in a minute.",
}


class Reply(Model):
    """A text for one person. Whoever has its address can write there, so that is not shown."""

    url: str = Field(repr=False)
    text: str

    def body(self) -> dict[str, Any]:
        """What Slack takes: only whoever clicked sees it, and the message stays."""
        return {"response_type": "ephemeral", "replace_original": False, "text": self.text}
