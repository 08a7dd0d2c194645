"""The rooms of a stage in which people are asked."""

from labverse.approve.cards import Question
from labverse.approve.models import Approval
from labverse.approve.ports import Rooms
from labverse.approve.stored import Posted


class NoRooms:
    """No chat is set up: whoever may answer finds what is asked over HTTP."""

    def post(self, _room: str, _question: Question, _approval: Approval, /) -> Posted | None:
        """Nobody is told."""
        return None

    def update(self, _posted: Posted, _question: Question, _approval: Approval, /) -> None:
        """What was posted once cannot be reached any more."""


def rooms(_stage: str, /) -> Rooms:
    """The rooms of a stage: none."""
    return NoRooms()
