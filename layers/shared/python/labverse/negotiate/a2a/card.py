"""The agent's card: who it is, where it is, what it can do, and what it takes to be let in."""

import json
from collections.abc import Sequence
from typing import Any

from labverse.negotiate.a2a.asking import JSON, PLAIN
from labverse.negotiate.a2a.versions import Version

PATH = "/.well-known/agent-card.json"
_BEARER = "An API key of this deployment with the scope `negotiate`."


def card(url: str, version: str, goals: Sequence[str], platforms: Sequence[str]) -> dict[str, Any]:
    """The card of the agent at `url`. `goals` and `platforms` are those of config.

    It has the members of 1.0 and, beside them, those that 0.3 had in their place: clients of
    either look only for their own.
    """
    return {
        "name": "Lab-Verse negotiator",
        "description": "Finds a deal between channels that suits all of them, proves it with a "
        "certificate, and lets a person approve or veto it.",
        "version": version,
        "supportedInterfaces": [
            {"url": url, "protocolBinding": "JSONRPC", "protocolVersion": spoken.value}
            for spoken in Version
        ],
        "capabilities": {
            "streaming": False, "pushNotifications": False, "extendedAgentCard": False,
        },
        "defaultInputModes": [JSON],
        "defaultOutputModes": [JSON, PLAIN],
        "skills": [_skill(goals, platforms)],
        "securitySchemes": _schemes(),
        "securityRequirements": [{"schemes": {name: {"list": []}}} for name in _schemes()],
        **_of_old(url),
    }  # fmt: skip


def _skill(goals: Sequence[str], platforms: Sequence[str]) -> dict[str, Any]:
    pair = list(platforms[:2])
    examples = [json.dumps({"goal": goal, "platforms": pair}) for goal in goals]
    return {
        "id": "negotiate",
        "name": "Negotiate a deal",
        "description": "Send one data part: the body of POST /api/v2/negotiations, either a goal "
        "and two platforms that are known here, or issues, positions and scenarios in full. The "
        "task waits for a person (input required) and ends with a typed artifact: deal, refusal, "
        "no_agreement or no_equilibrium.",
        "tags": ["negotiation", "advertising", "adcp", *platforms],
        "examples": examples,
        "inputModes": [JSON],
        "outputModes": [JSON, PLAIN],
    }


def _schemes() -> dict[str, Any]:
    return {
        "bearer": {
            "httpAuthSecurityScheme": {"scheme": "Bearer", "description": _BEARER},
            "type": "http", "scheme": "Bearer", "description": _BEARER,
        },
        "apiKey": {
            "apiKeySecurityScheme": {
                "location": "header", "name": "x-api-key", "description": _BEARER,
            },
            "type": "apiKey", "in": "header", "name": "x-api-key", "description": _BEARER,
        },
    }  # fmt: skip


def _of_old(url: str) -> dict[str, Any]:
    """What 0.3 has that 1.0 moved."""
    return {
        "url": url,
        "preferredTransport": "JSONRPC",
        "protocolVersion": f"{Version.V0_3.value}.0",
        "security": [{name: []} for name in _schemes()],
    }
