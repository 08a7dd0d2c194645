"""Which live model an alias means on a given day. Vendors retire models; names people use stay."""

from dataclasses import dataclass
from datetime import date

from labverse.route.config import CloudModel, RouteConfig


@dataclass(frozen=True)
class Resolved:
    """An alias and the live model it means. `model` is None when the chain has no live one."""

    alias: str
    named_after: str
    model_id: str | None
    model: CloudModel | None

    @property
    def warning(self) -> str | None:
        """What an operator should know: it means another model, it ends, or it is dead."""
        if self.model is None:
            return f"{self.alias}: {self.named_after} is retired and so are its successors"
        if self.model_id != self.named_after:
            return f"{self.alias}: {self.named_after} is retired; {self.model_id} answers instead"
        return None


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
