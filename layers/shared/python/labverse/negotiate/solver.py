"""`solve`: the deal that leaves the agent with the most to regret with the least regret."""

import numpy as np

from labverse.negotiate import disagreement
from labverse.negotiate.bargaining import Bargain, Chosen, bargain, bargaining_set, least_regret
from labverse.negotiate.certificate import certify
from labverse.negotiate.equilibrium import LEAST, Deviations, Equilibria, largest_values
from labverse.negotiate.problem import Problem, Solution, unflat
from labverse.negotiate.reading import ENUMERABLE, Reader, Terms, too_large

__all__ = ["Problem", "Solution", "solve"]


def solve(problem: Problem) -> Solution:
    """Minimax regret over agents with mean-CVaR over scenarios, exactly, with a certificate.

    Deterministic; the definitions are in labverse.negotiate.bargaining. Never raises for bad data:
    status `invalid` lists its fields. Spaces up to 1e7 outcomes are enumerated with bounds; beyond,
    utilities must add up over issues, and a mixed-integer program is solved (numpy and HiGHS).
    """
    if reason := too_large(problem):
        return Solution("too_large", reason)
    reader = Reader(problem)
    terms = reader.terms()
    if terms is None or reader.faults:
        return Solution("invalid", "; ".join(reader.faults))
    if terms.count > ENUMERABLE:
        # Only here is HiGHS needed: what can be enumerated never waits for its import.
        from labverse.negotiate.beyond import solve_beyond

        return solve_beyond(terms)
    return _enumerate(terms)


def _enumerate(terms: Terms) -> Solution:
    if terms.allowed is not None and not terms.allowed.any():
        return Solution(
            "no_agreement", "infeasible_constraints", certificate=disagreement.infeasible(terms)
        )
    space = terms.space()
    if not np.isfinite(space.scale).all():
        return Solution("invalid", "utilities: must be finite numbers")
    found = bargaining_set(space)
    if not found[0].size:
        certificate = disagreement.nearest(terms, space)
        return Solution("no_agreement", "empty_zopa", certificate=certificate)
    return _choose(bargain(terms, space, found))


def _choose(bargain: Bargain) -> Solution:
    terms, space = bargain.terms, bargain.space
    deviations = Deviations(space, terms.risk, terms.owner) if terms.equilibrium else None
    equilibria = _filter(bargain, deviations)
    chosen = least_regret(bargain, None if equilibria is None else equilibria.accepts)
    if chosen is not None:
        return _agreed(bargain, chosen, deviations)
    if deviations is None or least_regret(bargain) is None:
        limit = disagreement.largest_agreeing_aversion(bargain)
        certificate = {"largest_risk_aversion": limit, **disagreement.nearest(terms, space)}
        return Solution("no_agreement", "not_robust", certificate=certificate)
    index, certificate = disagreement.no_equilibrium(bargain, deviations)
    outcome = unflat(index, terms.sizes)
    return Solution(
        "no_equilibrium", "no_pure_equilibrium", index, outcome, certificate=certificate
    )


def _filter(bargain: Bargain, deviations: Deviations | None) -> Equilibria | None:
    if deviations is None or not deviations.movers:
        return None
    epsilon = max(bargain.terms.epsilon, LEAST)
    scale = bargain.space.scale
    if epsilon > LEAST:  # else the scale of a rounding is enough
        scale = largest_values(bargain.space, bargain.terms.risk)
    return Equilibria(deviations, epsilon * (1 + scale))


def _agreed(bargain: Bargain, chosen: Chosen, deviations: Deviations | None) -> Solution:
    return Solution(
        "agreed",
        "",
        chosen.index,
        unflat(chosen.index, bargain.terms.sizes),
        chosen.phi,
        tuple(chosen.rho.tolist()),
        certify(bargain, chosen, deviations),
    )
