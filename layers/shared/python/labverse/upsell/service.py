"""Decide which offer a customer gets, learn from what it brought, forget whom we are told to."""

import hashlib
import math
from datetime import timedelta

from labverse.upsell import choosing
from labverse.upsell.config import UpsellPolicy
from labverse.upsell.events import OfferDecided
from labverse.upsell.models import (
    DecisionRecord,
    Erased,
    OfferAnswer,
    OutcomeAnswer,
    OutcomeRequest,
    Stated,
    UpsellRequest,
)
from labverse.upsell.outcomes import Outcomes
from labverse.upsell.ports import Means


class Upsell:
    """The use cases of `upsell` over one catalogue."""

    def __init__(self, config: UpsellPolicy, means: Means) -> None:
        self._config, self._means = config, means
        self._rules = choosing.rules(config)
        self._outcomes = Outcomes(config, self._rules, means)

    def decide(self, request: UpsellRequest, trace_id: str) -> OfferAnswer:
        """The offer. Raises Unavailable where what was learnt cannot be read, or nothing kept."""
        began = self._means.clock.monotonic()
        policy = None
        if self._config.learning.enabled:
            segment = self._config.segment(request.user_segment)
            learnt = self._means.store.learnt(segment, exact=False)
            policy = choosing.policy_of(learnt, self._rules)
        decision = choosing.choose(self._config, policy, request, self._means.generator())
        now, id_ = self._means.clock.now(), self._means.new_id()
        record = choosing.recorded(self._config, decision, request, id_, now)
        expires = now + timedelta(days=self._config.retention_days)
        customer = hashed(request.customer_id) if request.customer_id else None
        self._means.store.keep(record, customer, math.ceil(expires.timestamp()))
        self._means.bus.announce(_decided(record, trace_id))
        spent_ms = 1000 * (self._means.clock.monotonic() - began)
        return _answer(record, round(spent_ms, 3), choosing.stated(self._config, request))

    def record(self, request: OutcomeRequest, trace_id: str) -> OutcomeAnswer:
        """What became of a decision. Raises NotFound, Conflict, Unavailable."""
        return self._outcomes.record(request, trace_id)

    def erase(self, customer_id: str) -> Erased:
        """Forget the decisions about a customer. Raises Unavailable."""
        return self._means.store.erase(hashed(customer_id))


def hashed(customer_id: str) -> str:
    """What a customer is found by; their id itself is kept nowhere."""
    return hashlib.sha256(customer_id.encode()).hexdigest()


def _answer(record: DecisionRecord, spent_ms: float, stated: Stated) -> OfferAnswer:
    return OfferAnswer(
        decision_id=record.decision_id,
        recommended_offer=record.offer,
        expected_ltv_increase=_rounded(record.expected),
        expected_over_incumbent=_rounded(record.gain),
        confidence=_rounded(record.confidence),
        decision_time_ms=spent_ms,
        propensity=round(record.propensity, 6),
        model_version=f"{record.segment}/{record.model_version}",
        mode=record.mode,
        segment=record.segment,
        stated=stated,
        reward_deadline=record.reward_deadline,
    )


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 6)


def _decided(record: DecisionRecord, trace_id: str) -> OfferDecided:
    return OfferDecided(
        event_id=record.decision_id,
        occurred_at=record.decided_at,
        trace_id=trace_id,
        decision_id=record.decision_id,
        segment=record.segment,
        offer=record.offer,
        mode=record.mode,
        propensity=record.propensity,
        expected_ltv_increase=record.expected,
        confidence=record.confidence,
        model_version=record.model_version,
        reward_deadline=record.reward_deadline,
    )
