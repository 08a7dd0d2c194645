"""From config and stored bytes to a policy, and from a policy's decision to a record of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from numpy.random import Generator

from labverse.kernel.errors import InvalidInput, Unavailable
from labverse.upsell.config import UpsellPolicy
from labverse.upsell.models import DecisionRecord, Learnt, Stated, UpsellRequest
from labverse.upsell.policy import Decision, Expectation, Policy, Rules


def rules(config: UpsellPolicy) -> Rules:
    """The policy's rules, as people have set them."""
    expected = {
        name: Expectation(offer.likely, float(offer.value_usd))
        for name, offer in config.offers.items()
    }
    learning = config.learning
    return Rules(
        incumbent=config.incumbent,
        holdout=learning.holdout,
        apprentice=learning.apprentice,
        own_share=learning.own_share,
        expected=expected,
    )


def policy_of(learnt: Learnt, rules: Rules) -> Policy:
    """A segment's policy. Raises Unavailable where its bytes are not ours: no caller's fault."""
    if learnt.state is None:
        return Policy(rules)
    try:
        return Policy.from_bytes(learnt.state, rules)
    except InvalidInput as error:
        raise Unavailable("what was learnt of this segment cannot be read") from error


def choose(
    config: UpsellPolicy, policy: Policy | None, request: UpsellRequest, generator: Generator
) -> Decision:
    """The offer for a customer; without a policy (kill switch) it is the incumbent."""
    context = request.context.known()
    if policy is None:
        return _incumbent(config.incumbent, context)
    segment = config.segment(request.user_segment)
    names = config.eligible(segment, context)
    who = {"customer_id": request.customer_id} if request.customer_id else {}
    return policy.act({**context, **who}, names, generator, request.offer_type)


def stated(config: UpsellPolicy, request: UpsellRequest) -> Stated:
    """What became of the offer that was asked for."""
    if request.offer_type is None:
        return "none"
    if request.offer_type not in config.offers:
        return "unknown"
    segment = config.segment(request.user_segment)
    eligible = config.eligible(segment, request.context.known())
    return "considered" if request.offer_type in eligible else "not_eligible"


def recorded(
    config: UpsellPolicy, decision: Decision, request: UpsellRequest, id_: str, now: datetime
) -> DecisionRecord:
    """The record of a decision."""
    off = decision.mode == "off"
    return DecisionRecord(
        decision_id=id_,
        segment=config.segment(request.user_segment),
        offer=decision.offer,
        stated=request.offer_type if request.offer_type in config.offers else None,
        mode=decision.mode,
        propensity=decision.propensity,
        probabilities=decision.probabilities,
        own=decision.own,
        expected=None if off else decision.expected,
        gain=None if off else decision.gain,
        confidence=None if off else decision.confidence,
        model_version=decision.model_version,
        context=request.context.known(),
        decided_at=now,
        reward_deadline=now + timedelta(days=config.reward_deadline_days),
    )


def decision_of(record: DecisionRecord) -> Decision:
    """As the policy made it, for it to learn from."""
    return Decision(
        offer=record.offer,
        propensity=record.propensity,
        probabilities=record.probabilities,
        own=record.own,
        expected=record.expected or 0.0,
        gain=record.gain or 0.0,
        confidence=record.confidence or 0.0,
        mode=record.mode,
        model_version=record.model_version,
        context=record.context,
    )


def _incumbent(name: str, context: Mapping[str, float]) -> Decision:
    return Decision(
        offer=name,
        propensity=1.0,
        probabilities={name: 1.0},
        own={name: 1.0},
        expected=0.0,
        gain=0.0,
        confidence=0.0,
        mode="off",
        model_version=0,
        context=context,
    )
