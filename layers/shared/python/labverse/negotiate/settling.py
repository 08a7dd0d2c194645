"""How much risk counts, and which outcomes may be chosen, where a request says so."""

from dataclasses import replace

from labverse.negotiate.problem import Problem
from labverse.negotiate.requests import NegotiationRequest


def options(problem: Problem, request: NegotiationRequest) -> Problem:
    """The problem with the request's own options in place of the policy's."""
    aversion, tail = request.risk_aversion, request.tail
    return replace(
        problem,
        risk_aversion=problem.risk_aversion if aversion is None else aversion,
        tail=problem.tail if tail is None else tail,
        nash_equilibrium=request.nash_equilibrium,
        epsilon=request.epsilon,
    )
