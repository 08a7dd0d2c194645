"""The use cases of approve: ask people, take their answers, and see every question to its end."""

from collections.abc import Sequence

from labverse.approve.asking import Ask, Asker, opened
from labverse.approve.cards import Question
from labverse.approve.changing import changed
from labverse.approve.config import ApprovePolicy
from labverse.approve.deciding import Outcome, Shown, clicked
from labverse.approve.delivering import Delivery, Means
from labverse.approve.events import ApprovalRequested
from labverse.approve.models import Approval, Click, State, Team
from labverse.approve.notices import Notices
from labverse.approve.stored import Stored
from labverse.approve.sweeping import Sweeper, Swept
from labverse.kernel.errors import Conflict, NotFound, Refused, Unavailable
from labverse.kernel.model import Model

MOST_LISTED = 200


class Answered(Model):
    """What whoever answered is told, and the approval as it is after that."""

    shown: Shown
    approval: Approval
    question: Question


class Approvals:
    """Everything that can be done about approvals."""

    def __init__(self, means: Means, policy: ApprovePolicy, teams: Sequence[Team]) -> None:
        """`teams`: who may answer, for questions that are asked from now on."""
        self._means, self._policy, self._teams = means, policy, teams
        self._delivery, self._notices = Delivery(means), Notices(means)
        self._sweeper = Sweeper(means, self._delivery, self._notices)

    def ask(self, ask: Ask, asker: Asker) -> Approval:
        """Ask people, once for each id; the token is answered when they have decided.

        The same question again hands over another token, which takes the place of the older one;
        where it is decided, that token is answered at once. Raises InvalidInput, Refused where
        too few people may approve, Conflict where the id is another question's, and Unavailable.
        """
        now = self._means.clock.now()
        approval = opened(ask, self._policy, self._teams, now)
        new = Stored(
            approval=approval,
            question=ask.question,
            token=self._means.seal.sealed(asker.token, ask.id),
            execution=asker.execution,
            asked_at=now,
        )
        stored = new if self._means.store.create(new) else self._again(new)
        self._means.announcer.announce(ApprovalRequested.of(stored.approval))
        self._finished(stored)
        return stored.approval

    def answer(self, click: Click) -> Answered:
        """Take somebody's answer. Whatever it comes to is told, and only a decision acts.

        Raises NotFound, and Unavailable where nothing was decided.
        """
        outcome = Outcome(Shown.OTHER_APPROVAL, None)
        now = self._means.clock.now()

        def step(seen: Stored) -> Stored | None:
            nonlocal outcome
            outcome = clicked(seen.approval, click, now)
            change = outcome.change
            return seen.model_copy(update={"approval": change}) if change else None

        stored, written = changed(self._means.store, click.approval_id, step)
        stored = self._delivered(stored) if written else stored
        gone = written and stored.approval.state is State.ABANDONED
        shown = Shown.ABANDONED if gone else outcome.shown
        return Answered(shown=shown, approval=stored.approval, question=stored.question)

    def get(self, approval_id: str) -> Stored:
        """Raises NotFound and Unavailable."""
        found = self._means.store.read(approval_id)
        if found is None:
            raise NotFound("there is no such approval, or it is long over")
        return found

    def list(self, state: State | None = None) -> tuple[Stored, ...]:
        """The newest first, MOST_LISTED at most. Raises Unavailable."""
        store = self._means.store
        found = store.unfinished() if state is State.REQUESTED else store.all()
        wanted = [each for each in found if state in (None, each.approval.state)]
        newest = sorted(wanted, key=lambda each: each.approval.requested_at, reverse=True)
        return tuple(newest[:MOST_LISTED])

    def sweep(self) -> Swept:
        """What has to be done each minute; see Sweeper."""
        return self._sweeper()

    def refresh(self, approval_id: str) -> None:
        """Show people what was decided. Raises Unavailable."""
        self._notices(self.get(approval_id))

    def ended(self, execution: str) -> int:
        """Close what waits for an execution that runs no longer; how many there were.

        Raises Unavailable.
        """
        waiting = [
            each
            for each in self._means.store.unfinished()
            if each.execution == execution and each.approval.open
        ]
        closed = [self._delivery.abandon(each.id) for each in waiting]
        for each in closed:
            self._notices(each)
        return len(closed)

    def _again(self, new: Stored) -> Stored:
        def step(seen: Stored) -> Stored | None:
            if _asked(seen) != _asked(new):
                raise Conflict("this id was asked before, about something else")
            if seen.token == new.token or seen.asked_at > new.asked_at:
                return None
            waits = {"token": new.token, "execution": new.execution, "asked_at": new.asked_at}
            return seen.model_copy(update={**waits, "delivered": False})

        return changed(self._means.store, new.id, step).stored

    def _finished(self, stored: Stored) -> None:
        """It is kept, so that nothing of this has to work at once."""
        try:
            self._notices(self._delivered(stored))
        except (NotFound, Unavailable) as error:
            self._means.journal.trouble("ask", stored.id, error)

    def _delivered(self, stored: Stored) -> Stored:
        """A decision stands, whether or not whoever waits could be told at once."""
        try:
            return self._delivery(stored)
        except (NotFound, Refused, Unavailable) as error:
            self._means.journal.trouble("deliver", stored.id, error)
            return stored


def _asked(stored: Stored) -> tuple[str, str, Question]:
    return stored.approval.terms_digest, stored.approval.requester, stored.question
