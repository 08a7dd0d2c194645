"""What decisions brought: recorded once each, and learnt in the same write or not at all.

Reward is the incremental value that came until the deadline: what comes later counts as nothing,
and teaches that.
"""

from decimal import Decimal

from labverse.kernel.errors import Conflict, NotFound, Unavailable
from labverse.upsell import choosing
from labverse.upsell.config import UpsellPolicy
from labverse.upsell.events import OutcomeRecorded
from labverse.upsell.models import Kept, Learnt, Outcome, OutcomeAnswer, OutcomeRequest
from labverse.upsell.policy import Rules
from labverse.upsell.ports import Means

_TRIES = 200
"""Somebody succeeds in every round: as many as could ever learn of one segment at once."""
_PAUSE_SECONDS = 0.004
_LONGEST_SECONDS = 0.1
_PATIENCE_SECONDS = 20.0
"""Well under what the function has, so that the answer is still ours."""


class Outcomes:
    """Records outcomes, and has the segment's policy learn from them."""

    def __init__(self, config: UpsellPolicy, rules: Rules, means: Means) -> None:
        self._config, self._rules, self._means = config, rules, means

    def record(self, request: OutcomeRequest, trace_id: str) -> OutcomeAnswer:
        """Record it. The same again gets the same answer; another one is a Conflict.

        Raises NotFound for a decision that is not (or no longer) kept, and Unavailable where too
        many learn at once: nothing was recorded then, so the same may be said again.
        """
        end = self._means.clock.monotonic() + _PATIENCE_SECONDS
        for attempt in range(_TRIES):
            kept = self._kept(request.decision_id)
            if kept.outcome is not None:
                return self._repeated(kept, kept.outcome, request, trace_id)
            outcome, ahead = self._made(kept, request)
            result = self._means.store.settle(kept, outcome, ahead)
            if result == "done":
                return self._told(kept, outcome, trace_id, repeated=False)
            if self._means.clock.monotonic() > end:
                break
            if result == "moved":
                self._wait(attempt)
        raise Unavailable("too many outcomes of this segment at once", retry_after=1)

    def _kept(self, decision_id: str) -> Kept:
        kept = self._means.store.decision(decision_id)
        # The database removes what has expired when it has the time.
        if kept is None or kept.expires_at <= self._means.clock.now().timestamp():
            raise NotFound("there is no such decision, or it is kept no longer")
        return kept

    def _made(self, kept: Kept, request: OutcomeRequest) -> tuple[Outcome, Learnt | None]:
        """The outcome, and the segment's state with it; None where nothing is to be learnt."""
        record, now = kept.record, self._means.clock.now()
        late = now > record.reward_deadline
        reward = Decimal(0) if late else self._value(record.offer, request)
        learns = self._config.learning.enabled and record.mode != "off"
        ahead, version = None, record.model_version
        if learns:
            learnt = self._means.store.learnt(record.segment, exact=True)
            policy = choosing.policy_of(learnt, self._rules)
            taught = policy.learn(choosing.decision_of(record), float(reward))
            version = learnt.version + 1
            ahead = Learnt(version, taught.to_bytes())
        outcome = Outcome(
            accepted=request.accepted,
            value_usd=request.value_usd,
            reward_usd=reward,
            late=late,
            learned=learns,
            model_version=version,
            recorded_at=now,
        )
        return outcome, ahead

    def _value(self, offer: str, request: OutcomeRequest) -> Decimal:
        if request.value_usd is not None:
            return request.value_usd
        known = self._config.offers.get(offer)
        # An offer that has left the catalogue since is worth what the caller says it is.
        return known.value_usd if request.accepted and known else Decimal(0)

    def _repeated(
        self, kept: Kept, outcome: Outcome, request: OutcomeRequest, trace_id: str
    ) -> OutcomeAnswer:
        if (outcome.accepted, outcome.value_usd) != (request.accepted, request.value_usd):
            raise Conflict("this decision has another outcome already")
        # Announced again: whoever was first may have died before it could be.
        return self._told(kept, outcome, trace_id, repeated=True)

    def _wait(self, attempt: int) -> None:
        longest = min(_LONGEST_SECONDS, _PAUSE_SECONDS * (attempt + 1))
        self._means.pause(float(self._means.generator().uniform(0, longest)))

    def _told(
        self, kept: Kept, outcome: Outcome, trace_id: str, *, repeated: bool
    ) -> OutcomeAnswer:
        self._means.bus.announce(_recorded(kept, outcome, trace_id))
        return OutcomeAnswer(
            decision_id=kept.record.decision_id,
            reward_usd=outcome.reward_usd,
            late=outcome.late,
            learned=outcome.learned,
            repeated=repeated,
            model_version=f"{kept.record.segment}/{outcome.model_version}",
        )


def _recorded(kept: Kept, outcome: Outcome, trace_id: str) -> OutcomeRecorded:
    record = kept.record
    return OutcomeRecorded(
        event_id=f"{record.decision_id}-outcome",
        occurred_at=outcome.recorded_at,
        trace_id=trace_id,
        decision_id=record.decision_id,
        segment=record.segment,
        offer=record.offer,
        mode=record.mode,
        accepted=outcome.accepted,
        reward_usd=outcome.reward_usd,
        late=outcome.late,
        learned=outcome.learned,
        model_version=outcome.model_version,
    )
