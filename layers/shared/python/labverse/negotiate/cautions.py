"""What a person should know before saying yes, told from a solution's own figures."""

from collections.abc import Iterator, Sequence
from typing import Any

from labverse.negotiate.config import NegotiatePolicy
from labverse.negotiate.models import Caution, MisreportNote

_PAYS = 0.1  # of an agent's stake


def of_solution(certificate: dict[str, Any], agents: Sequence[str]) -> Iterator[Caution]:
    """Of the choice itself. `certificate` is a chosen outcome's."""
    if (certificate.get("ties") or 1) > 1:  # null: not counted beyond enumeration
        message = f"{certificate['ties']} outcomes are equally good; the first in order is taken"
        yield Caution(code="ties", message=message)
    if named := _named(certificate, "indifferent", agents):
        message = "nothing that can be agreed gains these anything: their regret is left out"
        yield Caution(code="indifferent", message=message, agents=named)
    if named := _named(certificate, "dominating", agents):
        shares = ", ".join(f"{share:.0%}" for share in certificate["surplus_shares"])
        message = f"one takes more than 80 % of the surplus (shares: {shares})"
        yield Caution(code="dominating", message=message, agents=named)


def bounded(certificate: dict[str, Any]) -> Caution:
    """The search ended before it was over."""
    gap = certificate.get("gap")
    message = f"the best found in time; a better one may exist (gap {gap})"
    return Caution(code="bounded", message=message)


def suspect(agents: Sequence[str]) -> Iterator[Caution]:
    """Choices do not show a wrong unit: only the size of a price does."""
    if agents:
        message = (
            "eCPM outside 0.01 to 500, or more than 20 times another's: "
            "cents, micros, or a price per impression?"
        )
        yield Caution(code="suspect_units", message=message, agents=tuple(agents))


def of_kept(share: float | None, policy: NegotiatePolicy) -> Iterator[Caution]:
    """The optimiser's curse: the choice was fitted to the scenarios it was made on."""
    if share is not None and share < policy.kept_least:
        message = f"on fresh scenarios {share:.0%} of the planned gain is left"
        yield Caution(code="not_kept", message=message)


def of_claims(
    told: Sequence[MisreportNote], stakes: Sequence[float], agents: Sequence[str]
) -> Iterator[Caution]:
    """Who would gain much by claiming a better alternative than he has."""
    stake = dict(zip(agents, stakes, strict=True))
    pays = {one.agent for one in told if one.gain > _PAYS * max(stake[one.agent], 0.0)}
    if pays:
        message = "would gain more than a tenth of their stake by misreporting: verify their claims"
        named = tuple(name for name in agents if name in pays)
        yield Caution(code="misreporting_pays", message=message, agents=named)


def not_looked_at(outcomes: int) -> Caution:
    """Neither misreports nor splits: each would take many more searches."""
    message = f"{outcomes} outcomes are too many to look at misreporting and volume splits"
    return Caution(code="not_looked_at", message=message)


def _named(certificate: dict[str, Any], key: str, agents: Sequence[str]) -> tuple[str, ...]:
    return tuple(agents[place] for place in certificate.get(key, ()))
