"""docs/costs.md: what a stage costs, with the arithmetic, counted from its own templates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from infra_cdk.deployment import idle, routed
from infra_cdk.deployment.idle import FREE, Resource
from infra_cdk.deployment.prices import AS_OF, PRICES, Item
from infra_cdk.tables import table

Templates = Mapping[str, Mapping[str, Any]]
_CENT, _FINE = Decimal("0.01"), Decimal("0.000001")

_HEAD = f"""# What it costs

Made by `make generate` from the templates of dev and prod and from one list of prices
(`infra_cdk/deployment/prices.py`, as of {AS_OF}, us-east-1, in USD). **Models are not in it**: what
a provider takes is on each answer (`cost_usd`), and your own limits hold it down. Free tiers,
taxes, discounts and support plans are not in it either.

A template with a type that has neither a price nor an entry as free fails the tests.
"""
_MILLION = """
## A million routed tasks

`POST /api/v1/analyze`, answered by the first model that is asked. Each line says what it assumes;
the `REPORT` lines in the function's log tell your own durations.
"""
_PRICES = """
## Prices

AWS's own pages could not be read from where this was built: the last column says where the figure
was found instead. Compare it with the page before you rely on it.
"""


def document(stages: Mapping[str, Templates]) -> str:
    """The whole page, of each stage's templates by stack name."""
    parts = [_HEAD]
    for stage, templates in stages.items():
        parts += [f"\n## {stage.capitalize()}, a month without a single request\n\n"]
        parts += [_sum(idle_items(templates))]
    parts += [_unbilled(stages), _MILLION]
    for stage, templates in stages.items():
        parts += [f"\n### On {stage}\n\n", _sum(routed_items(stage, templates))]
    metrics = routed.metrics()
    parts += [
        f"\nBesides, per month in which any task was routed: {metrics.quantity} custom metrics x "
        f"{PRICES['metric'].usd} = **{_money(metrics.usd)} USD** ({metrics.why}).\n"
    ]
    return "".join([*parts, _PRICES, "\n", _price_table()])


def idle_items(templates: Templates) -> list[Item]:
    """Lines of an idle month; equal ones of several resources are added up."""
    found: dict[tuple[str, str], Decimal] = {}
    for template in templates.values():
        resources = template["Resources"]
        for name, body in resources.items():
            resource = Resource(name, body["Type"], body.get("Properties", {}), resources)
            for item in idle.items(resource):
                key = (item.price, item.why)
                found[key] = found.get(key, Decimal(0)) + item.quantity
    return [Item(price, quantity, why) for (price, why), quantity in sorted(found.items())]


def routed_items(stage: str, templates: Templates) -> list[Item]:
    """Lines of a million tasks on this stage."""
    resources = {k: v for each in templates.values() for k, v in each["Resources"].items()}
    front = any(body["Type"] == "AWS::CloudFront::Distribution" for body in resources.values())
    return list(routed.items(routed.function(resources, stage), front))


def total(items: list[Item]) -> Decimal:
    """The lines added up, in USD, before any rounding."""
    return sum((item.usd for item in items), Decimal(0))


def _sum(items: list[Item]) -> str:
    rows = [
        (
            PRICES[item.price].what,
            _number(item.quantity),
            PRICES[item.price].unit,
            _number(PRICES[item.price].usd),
            _money(item.usd),
            item.why,
        )
        for item in sorted(items, key=lambda item: -item.usd)
    ]
    rows.append(("**Together**", "", "", "", f"**{_money(total(items))}**", ""))
    return table(("for", "quantity", "of", "each", "USD", "how many"), rows)


def _unbilled(stages: Mapping[str, Templates]) -> str:
    """The types that are there and cost nothing while idle, with what they cost in use."""
    kinds = {
        body["Type"]
        for templates in stages.values()
        for template in templates.values()
        for body in template["Resources"].values()
    }
    entries = {entry for kind in kinds if (entry := idle.free(kind)) and kind not in idle.RULES}
    used = [f"{_short(entry)} ({FREE[entry]})" for entry in sorted(entries) if FREE[entry]]
    never = [_short(entry) for entry in sorted(entries) if not FREE[entry]]
    return f"\nFree while idle, billed in use: {', '.join(used)}.\n\nFree: {', '.join(never)}.\n"


def _short(entry: str) -> str:
    return entry.removeprefix("AWS::").removesuffix("::").replace("::", " ")


def _price_table() -> str:
    rows = [
        (price.what, _number(price.usd), price.unit, f"<{price.page}>", price.seen)
        for price in PRICES.values()
    ]
    return table(("what", "USD", "per", "AWS's page", "where the figure was found"), rows)


def _number(value: Decimal) -> str:
    """Without an exponent and without zeros that say nothing; thousands in groups."""
    plain = f"{value.quantize(_CENT) if value >= 100 else value:,f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _money(value: Decimal) -> str:
    """To the cent; what is less than one, to its first digits."""
    if value >= _CENT:
        return f"{value.quantize(_CENT, ROUND_HALF_UP):,f}"
    return _number(value.quantize(_FINE))
