"""The places of each capability, declared once. A new capability is a new row.

A place that does not apply to a capability is left out by name, so that the table says so.
"""

from typing import NamedTuple

# One capability is the same word in each of these.
PLACES = {
    "function": "functions/{}/handler.py",
    "models": "layers/shared/python/labverse/{}/models.py",
    "service": "layers/shared/python/labverse/{}/service.py",
    "ports": "layers/shared/python/labverse/{}/ports.py",
    "settings": "layers/shared/python/labverse/{}/settings.py",
    "entry": "layers/shared/python/labverse/entry/{}.py",
    "infrastructure": "infra_cdk/capabilities/{}.py",
    "workflow": "statemachines/{}.asl.json",
    "events": "events/{}/",
    "unit tests": "tests/unit/{}/",
    "function tests": "tests/functions/test_{}.py",
    "workflow tests": "tests/statemachines/test_{}.py",
}
WORKFLOW = frozenset({"workflow", "workflow tests"})


class Capability(NamedTuple):
    """One row: the word, and the places that it does without."""

    word: str
    without: frozenset[str] = frozenset()

    def places(self) -> dict[str, str]:
        """The path of each place this capability must have."""
        return {
            kind: pattern.format(self.word)
            for kind, pattern in PLACES.items()
            if kind not in self.without
        }


CAPABILITIES = (
    Capability("route"),
    Capability("observe", without=WORKFLOW),
    Capability("guard", without=WORKFLOW),
    Capability("upsell", without=WORKFLOW),
    Capability("approve", without=WORKFLOW),
    Capability("negotiate"),
    Capability("revenue", without=WORKFLOW),
)

# Domain code that no function serves yet. It is held to the rules of the domain all the same, and
# gets a row once it is deployed.
UNDEPLOYED = ("runbook", "forecast")

# Folders and files of those kinds that belong to no capability: pattern → names.
NOT_CAPABILITIES = {
    "layers/shared/python/labverse/{}/": {
        "kernel", "stats", "platform", "adapters", "entry", "cli", *UNDEPLOYED,
    },
    "layers/shared/python/labverse/entry/{}.py": {"__init__", "a2a", "slack"},
    "infra_cdk/capabilities/{}.py": {"__init__"},
    "events/{}/": {"schemas"},
    "tests/functions/test_{}.py": {"a2a", "alerts", "answers", "fuzz", "health", "spend"},
    "tests/unit/{}/": {
        "kernel", "stats", "platform", "adapters", "entry", "cli", "library", "house", "local",
        "deployment", *UNDEPLOYED,
    },
}  # fmt: skip
