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
    _by_day: dict[date, list[Resolved]] = field(default_factory=dict, repr=False)

    def on(self, today: date) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
        """The candidates of that day, and the ones that cannot be asked whatever the request is."""
        candidates: list[Candidate] = []
        refused: list[Refusal] = []
        for resolved in self._resolved(today):
            reason = self._reason_against(resolved)
            if reason is None:
                candidates.append(_cloud(resolved))
            else:
                refused.append(Refusal(model=resolved.alias, reason=reason))
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

    def _resolved(self, today: date) -> list[Resolved]:
        if today not in self._by_day:
            # One day at a time: a process that lives for weeks must not remember each of them.
            self._by_day.clear()
            self._by_day[today] = routed(self.config, today)
        return self._by_day[today]

    def _reason_against(self, resolved: Resolved) -> str | None:
        if resolved.model is None:
            return RETIRED
        provider = resolved.model.provider
        try:
            key = self.keys.current(provider)
        except Unavailable:
            return "the keys of providers cannot be read"
        if key is None or provider not in self.providers:
            return f"{NOT_CONFIGURED}{provider} has no key"
        return None


def _cloud(resolved: Resolved) -> Candidate:
    assert resolved.model is not None
    assert resolved.model_id is not None
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
