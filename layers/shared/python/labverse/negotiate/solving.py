"""From positions to a proposal: solved, put into words, valued, and doubted."""

from dataclasses import dataclass
from math import isfinite, prod
from typing import Any

from labverse.negotiate import cautions, doubts
from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.matter import Matter
from labverse.negotiate.models import Deal, PositionNote
from labverse.negotiate.problem import Solution
from labverse.negotiate.proposal import Proposal
from labverse.negotiate.solver import solve
from labverse.negotiate.terms import Agreement, digest, terms


@dataclass(frozen=True)
class Run:
    """Whose solving it is."""

    negotiation_id: str
    round: int
    goal: str
    month: str
    """In which a deal would start."""


def propose(
    matter: Matter, run: Run, notes: tuple[PositionNote, ...], policy: NegotiatePolicy
) -> Proposal:
    """The deal of least regret with all that is to be known about it, or why there is none."""
    solution = solve(matter.problem)
    certificate = solution.certificate
    made = Proposal(
        negotiation_id=run.negotiation_id,
        round=run.round,
        status=solution.status,
        reason=solution.reason,
        positions=tuple(_valued(note, matter, certificate) for note in notes),
        certificate=_named(matter, certificate),
        warnings=tuple(cautions.suspect(matter.suspect)),
    )
    if solution.status not in ("agreed", "bounded") or solution.outcome is None:
        return made
    return _proposed(made, matter, solution, run, policy)


def _proposed(
    made: Proposal, matter: Matter, solution: Solution, run: Run, policy: NegotiatePolicy
) -> Proposal:
    """With the deal, and all that a person should know of it."""
    assert solution.outcome is not None
    count, certificate = prod(matter.problem.sizes), solution.certificate
    deal = _deal(matter, solution, run)
    impact = doubts.impact_of(matter, solution, (deal.digest, run.negotiation_id), policy)
    looked = count <= policy.sensitivity_outcomes
    told = doubts.misreports(matter) if looked and policy.sensitivity else ()
    warned = [
        *made.warnings,
        *([cautions.bounded(certificate)] if solution.status == "bounded" else []),
        *cautions.of_solution(certificate, matter.agents),
        *cautions.of_kept(impact.kept, policy),
        *cautions.of_claims(told, certificate.get("stake", ()), matter.agents),
        *([] if looked else [cautions.not_looked_at(count)]),
    ]
    found = {
        "deal": deal,
        "impact": impact,
        "arbitrage": matter.arbitrage(solution.outcome),
        "sensitivity": told,
        "split": doubts.split_of(matter, policy) if looked else None,
        "warnings": tuple(warned),
    }
    return made.model_copy(update=found)


def _deal(matter: Matter, solution: Solution, run: Run) -> Deal:
    assert solution.outcome is not None
    committed = matter.committed(solution.outcome)
    parties = list(zip(matter.agents, matter.roles, strict=True))
    chosen = matter.deal(solution.outcome)
    agreement = Agreement(run.goal, parties, chosen, matter.currency, run.month, committed)
    said = terms(agreement)
    return Deal(
        terms=said,
        digest=digest(said),
        currency=matter.currency,
        month=run.month,
        committed=committed,
        words=matter.words(solution.outcome),
        ecpm=matter.ecpm(solution.outcome),
        proof="bounded" if solution.status == "bounded" else "optimal",
    )


def _valued(note: PositionNote, matter: Matter, certificate: dict[str, Any]) -> PositionNote:
    """With what the scenarios say in place of medians."""
    place = list(matter.agents).index(note.agent)
    update: dict[str, Any] = {}
    if "reserve" in certificate:
        update["reserve"] = certificate["reserve"][place]
    if note.agent in matter.prices:
        update["ecpm"] = matter.prices[note.agent]
    return note.model_copy(update=update)


def _named(matter: Matter, certificate: dict[str, Any]) -> dict[str, Any]:
    """A certificate for readers: whose its rows are, what its outcomes say; finite numbers only."""
    told: dict[str, Any] = _finite(certificate)
    for point in ("nearest", "nash", "kalai_smorodinsky"):
        if isinstance(told.get(point), dict) and "outcome" in told[point]:
            told[point]["deal"] = matter.deal(told[point]["outcome"])
    return {"agents": list(matter.agents), "currency": matter.currency, **told}


def _finite(value: Any) -> Any:
    """JSON has no infinity: null stands for it."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value
