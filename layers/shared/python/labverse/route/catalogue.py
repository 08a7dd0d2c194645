"""Every candidate there is on a given day, from config and from what the deployment serves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from labverse.kernel.errors import Unavailable
from labverse.route.choice import LOCAL, NOT_CONFIGURED, RETIRED, Candidate
from labverse.route.config import LocalModel, RouteConfig
from labverse.route.lifecycle import Resolved, routed
from labverse.route.models import Refusal, ServedModel
from labverse.route.ports import ModelPort, ProviderKeys


@dataclass(frozen=True)
class Catalogue:
    """Cloud candidates in routing's order, then the local models that are served."""

    config: RouteConfig
    local: Sequence[LocalModel]
    providers: Mapping[str, ModelPort]
    keys: ProviderKeys
    _by_day: dict[date, list[tuple[Resolved, Candidate | None]]] = field(
        default_factory=dict, repr=False
    )

    def on(self, today: date) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
        """The candidates of that day, and the ones that cannot be asked whatever the request is."""
        candidates: list[Candidate] = []
        refused: list[Refusal] = []
        for resolved, candidate in self._resolved(today):
            reason = self._reason_against(candidate)
            if candidate is not None and reason is None:
                candidates.append(candidate)
            else:
                refused.append(Refusal(model=resolved.alias, reason=reason or RETIRED))
        candidates += [_local(model) for model in self.local]
        return tuple(candidates), tuple(refused)

    def names(self) -> set[str]:
        """Every name that a request may ask for, usable at the moment or not."""
        aliases = {self.config.routing.primary, *self.config.routing.fallbacks}
        ids = {self.config.aliases[alias] for alias in aliases}
        return aliases | ids | {model.model for model in self.local}

    def served(self, today: date) -> list[ServedModel]:
        """What a request may name today and would be answered."""
        candidates, _ = self.on(today)
        return [
            ServedModel(
                id=candidate.alias,
                provider=candidate.provider,
                resolves_to=candidate.model if candidate.price else None,
                context_window=candidate.context_window,
            )
            for candidate in candidates
        ]

    def _resolved(self, today: date) -> list[tuple[Resolved, Candidate | None]]:
        """Every alias, with the candidate it means; None where no live model is left."""
        known = self._by_day.get(today)
        if known is None:
            # One day at a time: a process that lives for weeks must not remember each of them.
            self._by_day.clear()
            known = [(resolved, _cloud(resolved)) for resolved in routed(self.config, today)]
            self._by_day[today] = known
        return known

    def _reason_against(self, candidate: Candidate | None) -> str | None:
        if candidate is None:
            return RETIRED
        provider = candidate.provider
        try:
            key = self.keys.current(provider)
        except Unavailable:
            return "the keys of providers cannot be read"
        if key is None or provider not in self.providers:
            return f"{NOT_CONFIGURED}{provider} has no key"
        return None


def _cloud(resolved: Resolved) -> Candidate | None:
    if resolved.model is None or resolved.model_id is None:
        return None
    return Candidate(
        provider=resolved.model.provider,
        alias=resolved.alias,
        model=resolved.model_id,
        context_window=resolved.model.context_window,
        tokens_per_second=resolved.model.tokens_per_second,
        capabilities=frozenset(resolved.model.capabilities),
        price=resolved.model.price,
        tier=resolved.model.tier,
        image_tokens=resolved.model.image_tokens,
        named_after=resolved.named_after,
    )


def _local(model: LocalModel) -> Candidate:
    return Candidate(
        provider=LOCAL,
        alias=model.model,
        model=model.model,
        context_window=model.context_window,
        tokens_per_second=model.tokens_per_second,
        capabilities=frozenset(model.capabilities),
        tier=model.tier,
    )
