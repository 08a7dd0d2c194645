"""What a deal is worth and to whom, what misreporting would gain, and what a split would save."""

from typing import Any

from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.impact import Uplift, impact, kept
from labverse.negotiate.matter import Matter
from labverse.negotiate.models import (
    AgentUplift,
    ImpactNote,
    MisreportNote,
    SplitNote,
    SplitPart,
)
from labverse.negotiate.problem import Solution, unflat
from labverse.negotiate.sensitivity import sensitivity
from labverse.negotiate.terms import seed

_FRESH = "fresh scenarios"


def impact_of(
    matter: Matter, solution: Solution, names: tuple[str, str], policy: NegotiatePolicy
) -> ImpactNote:
    """Against no deal at all. `names`: the terms' digest and the run's id, which name the draws."""
    assert solution.index is not None
    number = seed(*names)
    planned = impact(matter.problem, solution.index, None, number, policy.draws)
    again = seed(*names, _FRESH)
    fresh = matter.fresh(again)
    left = None
    if fresh is not None:
        left = kept(planned, impact(fresh, solution.index, None, again, policy.draws))
    pairs = zip(matter.agents, planned.per_agent, strict=True)
    return ImpactNote(
        **_told(planned.total),
        per_agent=tuple(AgentUplift(agent=name, **_told(one)) for name, one in pairs),
        wider_ci95=planned.wider_ci95,
        draws=planned.draws,
        seed=f"{number:064x}",
        kept=left,
    )


def misreports(matter: Matter) -> tuple[MisreportNote, ...]:
    """Every agent's claims, one at a time."""
    return tuple(
        MisreportNote(
            agent=matter.agents[one.agent],
            claim=one.claim,
            status=one.status,
            gain=one.gain,
            others=one.others,
        )
        for one in sensitivity(matter.problem)
    )


def split_of(matter: Matter, policy: NegotiatePolicy) -> SplitNote | None:
    """The mixture of least regret, where it saves enough to be worth more than one contract."""
    # HiGHS comes with this; what needs no split never waits for its import.
    from labverse.negotiate.split import split

    found = split(matter.problem)
    if found is None or found.pure_phi - found.phi < policy.split_gain * found.pure_phi:
        return None
    sizes = matter.problem.sizes
    parts = tuple(
        SplitPart(share=share, deal=matter.deal(unflat(index, sizes)))
        for index, share in found.parts
    )
    if len(parts) < 2:
        return None
    return SplitNote(
        parts=parts, phi=found.phi, pure_phi=found.pure_phi, lower_bound=found.lower_bound
    )


def _told(one: Uplift) -> dict[str, Any]:
    return {
        "mean": one.mean,
        "ci95": one.ci95,
        "pi90": one.pi90,
        "probability_of_gain": one.probability_of_gain,
        "worst_mean": one.worst_mean,
    }
