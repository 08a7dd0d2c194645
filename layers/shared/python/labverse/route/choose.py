"""Which candidates are tried, in which order, and why.

The cheapest that is good enough goes first. Good enough means two things, and neither is weighed
against money: it answers within the SLA often enough, and its tier is one that the prompt needs.
Those that are not good enough follow, as a worse answer is worth more than none: first what is
in time and weak, then what is slow, and the local model last.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from labverse.route.choice import (
    DOWN,
    LACKING,
    LOCAL,
    OTHER_MODEL,
    TOO_DEAR,
    TOO_LONG,
    Candidate,
    Size,
)
from labverse.route.config import ChoicePolicy
from labverse.route.latency import NOTHING, Known
from labverse.route.models import TIERS, Refusal
from labverse.route.ranking import (
    BudgetView,
    CandidateState,
    Group,
    Ranked,
    Ranking,
    Request,
    Rng,
)

_MILLION = 1_000_000
# Tokens of an answer, before anybody has written one.
_USUAL_OUTPUT = 128


def choose(
    request: Request,
    candidates: Sequence[CandidateState],
    budget: BudgetView,
    now: datetime,
    rng: Rng,
) -> Ranking:
    """Rank the candidates for one piece of work; each is either in the order or refused."""
    ranked: list[Ranked] = []
    refused: list[Refusal] = []
    down: list[tuple[CandidateState, datetime]] = []
    output = _usual_output(candidates, request.output)
    for state in candidates:
        reason = _reason_against(state.candidate, request, budget.task_usd)
        if reason is not None:
            refused.append(Refusal(model=state.candidate.alias, reason=reason))
        elif (until := _down_until(state, now)) is not None:
            down.append((state, until))
        else:
            ranked.append(_ranked(state, request, output))
    if not ranked:
        # That a provider is down is our guess, unless it says so: with nothing else left, ask it.
        guessed = [_ranked(state, request, output) for state, _ in down if not _ordered(state)]
        ranked = [replace(one, trial=False) for one in guessed]  # its time has not come
        down = [one for one in down if _ordered(one[0])]
    # Sorting keeps the order of config between equals.
    ranked.sort(key=lambda one: (one.group, *_preference(one, request)))
    order = tuple(_explored(ranked, request.policy, rng))
    refused += [_refusal(*one) for one in down]
    return Ranking(order, tuple(refused), min((until for _, until in down), default=None))


def _ordered(state: CandidateState) -> bool:
    return state.breaker is not None and state.breaker.ordered


def _reason_against(candidate: Candidate, request: Request, limit: Decimal) -> str | None:
    work, size = request.work, request.size
    if work.model is not None and work.model not in candidate.names:
        return OTHER_MODEL
    lacking = sorted(request.needs - candidate.capabilities)
    if lacking:
        return f"{LACKING}{', '.join(lacking)}"
    if size.least >= candidate.context_window:
        return f"{TOO_LONG} its {candidate.context_window} tokens"
    price, most = candidate.price, candidate.most_input(size)
    if price is not None and price.affordable_output(most, limit) < 1:
        return f"{TOO_DEAR} the task's limit of {limit} USD"
    return None


def _down_until(state: CandidateState, now: datetime) -> datetime | None:
    """Until when its provider is left alone; None where it is not."""
    breaker = state.breaker
    if breaker is None or breaker.state != "open" or breaker.until is None:
        return None
    return breaker.until if now < breaker.until else None


def _refusal(state: CandidateState, until: datetime) -> Refusal:
    why = state.breaker.why if state.breaker else None
    told = f"{DOWN}{state.candidate.provider} failed ({why}), until {until:%H:%M:%S} UTC"
    return Refusal(model=state.candidate.alias, reason=told)


def _ranked(state: CandidateState, request: Request, output: float) -> Ranked:
    candidate, known = state.candidate, state.known
    expected = _expected(candidate, request.size, known.output.towards(output))
    trial = state.breaker is not None and state.breaker.state != "closed"
    group, why = _judged(candidate, known, request)
    if trial:
        why = f"it was down, and is tried again; {why}"
    return Ranked(candidate, why, group, expected, known, trial)


def _judged(candidate: Candidate, known: Known, request: Request) -> tuple[Group, str]:
    if candidate.provider == LOCAL:
        return Group.LAST, "local, for when nothing else answers"
    latency, target, needed = known.latency, request.policy.chance, request.tier
    share = latency.within(request.seconds)
    told = f"{share:.0%} of calls meet the SLA" if latency.calls else "not measured yet"
    if latency.hoped(request.seconds) < target:
        return Group.SLOW, f"too slow: {told}, {target:.0%} should"
    if TIERS.index(candidate.tier) < TIERS.index(needed):
        return Group.WEAK, f"tier {candidate.tier} is below {needed}, which it needs; {told}"
    return Group.GOOD, f"the cheapest left that is good enough; {told}"


def _preference(one: Ranked, request: Request) -> tuple[float, Decimal]:
    """Within a group, the lowest first: the strongest of the weak, the quickest of the slow."""
    first = 0.0
    if one.group == Group.SLOW:
        first = -round(one.known.latency.within(request.seconds), 1)
    elif one.group == Group.WEAK:
        first = -TIERS.index(one.candidate.tier)
    return first, one.expected_usd


def _explored(ranked: list[Ranked], policy: ChoicePolicy, rng: Rng) -> list[Ranked]:
    """Now and then, a cheaper one that was too slow is tried first: it may be quick again."""
    slow = [one for one in ranked if one.group == Group.SLOW]
    cheaper = [one for one in slow if one.expected_usd < ranked[0].expected_usd]
    if not cheaper or rng.random() >= policy.explore:
        return ranked
    seen_again = min(cheaper, key=lambda one: one.expected_usd)
    others = [one for one in ranked if one is not seen_again]
    why = f"seen again, as it is cheaper; {seen_again.why}"
    # It is given the time of one that nobody has measured: the others must still be in time.
    return [replace(seen_again, why=why, group=Group.GOOD, known=NOTHING), *others]


def _usual_output(candidates: Sequence[CandidateState], asked: int) -> float:
    """How long answers to such tasks are: models differ in it less than tasks do."""
    known = [state.known.output for state in candidates]
    answers = sum(one.answers for one in known)
    if not answers:
        return min(asked, _USUAL_OUTPUT)
    return min(asked, sum(one.answers * one.mean for one in known) / answers)


def _expected(candidate: Candidate, size: Size, output: float) -> Decimal:
    if candidate.price is None:
        return Decimal(0)
    tokens = (size.least + candidate.most_input(size)) // 2
    rates = candidate.price.rates(tokens)
    return (tokens * rates.input + int(output) * rates.output) / _MILLION
