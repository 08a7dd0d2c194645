"""Which live model an alias means on a given day. Vendors retire models; names people use stay."""

from dataclasses import dataclass
from datetime import date

from labverse.route.config import CloudModel, RouteConfig

NO_SUCCESSOR = "nothing answers in its place: name a successor in config/ai_providers.yaml"


@dataclass(frozen=True)
class Resolved:
    """An alias and the live model it means. `model` is None when the chain has no live one."""

    alias: str
    named_after: str
    model_id: str | None
    model: CloudModel | None


@dataclass(frozen=True)
class Ending:
    """A model that an alias means today, and that retires soon. `successor`: who answers then."""

    alias: str
    model: str
    retires: date
    days_left: int
    successor: str | None

    @property
    def told(self) -> str:
        """In words."""
        then = f"{self.successor} answers from then on" if self.successor else NO_SUCCESSOR
        return f"{self.model} retires on {self.retires}, in {self.days_left} days; {then}"


def resolve(config: RouteConfig, alias: str, today: date) -> Resolved:
    """Follow the chain of successors to the first model that answers on `today`."""
    named_after = config.aliases[alias]
    seen: set[str] = set()
    name: str | None = named_after
    while name is not None and name not in seen:
        model = config.models[name]
        if model.live(today):
            return Resolved(alias, named_after, name, model)
        seen.add(name)
        name = model.successor
    return Resolved(alias, named_after, None, None)


def routed(config: RouteConfig, today: date) -> list[Resolved]:
    """The cloud candidates in their order, dead ones included."""
    return [
        resolve(config, alias, today)
        for alias in (config.routing.primary, *config.routing.fallbacks)
    ]


def dead(config: RouteConfig, today: date) -> list[str]:
    """Every alias, routed or not, that means no live model on `today`."""
    return [alias for alias in config.aliases if resolve(config, alias, today).model is None]


def ending(config: RouteConfig, resolved: Resolved, today: date, days: int) -> Ending | None:
    """Whether what an alias means on `today` retires within so many days."""
    model = resolved.model
    if resolved.model_id is None or model is None or model.retires is None:
        return None
    left = (model.retires - today).days
    if left > days:
        return None
    then = resolve(config, resolved.alias, model.retires)
    return Ending(resolved.alias, resolved.model_id, model.retires, left, then.model_id)


def endings(config: RouteConfig, today: date, days: int) -> list[Ending]:
    """Every routed model that retires soon; one that several aliases mean is told once."""
    found = {
        soon.model: soon
        for resolved in reversed(routed(config, today))
        if (soon := ending(config, resolved, today, days)) is not None
    }
    return sorted(found.values(), key=lambda soon: (soon.retires, soon.model))


def warning(config: RouteConfig, resolved: Resolved, today: date, days: int) -> str | None:
    """What an operator should know: it means another model, that one ends soon, or it is dead."""
    alias, named_after = resolved.alias, resolved.named_after
    if resolved.model is None:
        return f"{alias}: {named_after} is retired and so are its successors"
    told = []
    if resolved.model_id != named_after:
        told.append(f"{named_after} is retired; {resolved.model_id} answers instead")
    soon = ending(config, resolved, today, days)
    if soon is not None:
        told.append(soon.told)
    return f"{alias}: {'; '.join(told)}" if told else None
