"""Where people read: rooms, and the log of whoever runs this."""

from collections.abc import Callable
from dataclasses import dataclass, field

from labverse.approve.cards import Question
from labverse.approve.models import Approval
from labverse.approve.stored import Posted


@dataclass
class FakeRooms:
    """What each message shows, in order. `configured`: there is a chat at all."""

    configured: bool = True
    failing: Exception | None = None
    slow: Callable[[], object] = lambda: None
    """Called at each message."""
    posts: list[str] = field(default_factory=list)
    shows: dict[str, list[str]] = field(default_factory=dict)

    def post(self, room: str, question: Question, approval: Approval) -> Posted | None:
        if self.failing:
            raise self.failing
        if not self.configured:
            return None
        reference = f"{room}/{len(self.posts)}"
        self.posts.append(room)
        self.shows[reference] = [f"{question.title}: {approval.state}"]
        return Posted(room=room, reference=reference)

    def update(self, posted: Posted, question: Question, approval: Approval) -> None:
        self.slow()
        if self.failing:
            raise self.failing
        votes = f" {len(approval.votes)}" if approval.open else ""
        self.shows[posted.reference].append(f"{question.title}: {approval.state}{votes}")


@dataclass
class FakeJournal:
    """What was written, by kind."""

    lines: list[tuple[str, ...]] = field(default_factory=list)

    def decided(self, approval: Approval) -> None:
        self.lines.append(("decided", approval.id, str(approval.state)))

    def unasked(self, approval_id: str, room: str) -> None:
        self.lines.append(("unasked", approval_id, room))

    def trouble(self, what: str, approval_id: str, error: Exception) -> None:
        self.lines.append((f"trouble {what}", approval_id, type(error).__name__))

    def kinds(self) -> list[str]:
        return [line[0] for line in self.lines]
