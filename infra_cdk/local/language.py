"""Which language model answers locally: none, an Ollama that listens, or the embedded one."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra_cdk.local import processes, progress, web
from infra_cdk.local.environments import STAMP, ensure
from infra_cdk.local.instance import Instance
from infra_cdk.local.model import NAME
from infra_cdk.local.paths import ROOT, python_of
from infra_cdk.local.ports import HOST
from infra_cdk.local.problems import Problem, tail
from infra_cdk.local.weights import weights

OLLAMA = "http://127.0.0.1:11434"
CONFIG = ROOT / "config" / "ai_providers.yaml"
START_SECONDS = 120.0


@dataclass(frozen=True)
class Model:
    """What the app is told: the base address of an OpenAI-compatible API (or `none`), a name."""

    url: str
    name: str
    embedded: bool = False


def choose(port: int) -> Model:
    """LABVERSE_NO_MODEL, then Ollama, then the embedded model on `port`. Raises Problem."""
    if os.environ.get("LABVERSE_NO_MODEL", "") not in ("", "0"):
        progress.say(
            "model", "none, as LABVERSE_NO_MODEL says: requests without a provider get 503"
        )
        return Model("none", "none")
    wished = os.environ.get("OLLAMA_URL", "").rstrip("/").removesuffix("/v1")
    served = _served(wished or OLLAMA)
    if served:
        name = preferred(served, os.environ.get("OLLAMA_MODEL", ""), _configured())
        progress.say("model", f"{name} of the Ollama at {wished or OLLAMA}")
        return Model(f"{wished or OLLAMA}/v1", name)
    if wished:
        what = f"OLLAMA_URL is {wished}, but no model answers at {wished}/v1/models"
        raise Problem(what, "start it and pull a model (ollama pull NAME), or unset OLLAMA_URL")
    return Model(f"http://{HOST}:{port}/v1", NAME, embedded=True)


def preferred(served: Sequence[str], wished: str, configured: Sequence[str]) -> str:
    """Of the names served: the wished one, else the first configured, else the first.

    Raises Problem when the wished one is not served.
    """
    if wished:
        found = [name for name in served if name in (wished, f"{wished}:latest")]
        if not found:
            what = f"OLLAMA_MODEL is {wished}; the server has {', '.join(served)}"
            raise Problem(what, f"run: ollama pull {wished}, or set OLLAMA_MODEL to one it has")
        return found[0]
    return next((name for name in configured if name in served), served[0])


def start(instance: Instance, model: Model) -> None:
    """Have the embedded model answer, downloading what it needs; nothing for another model."""
    if not model.embedded:
        stop(instance)
        return
    pid_file, log = instance.pid_file("model"), instance.log("model")
    file, folder = weights(), ensure("model")
    made_of = [folder / STAMP, Path(__file__).with_name("model.py")]
    alive = processes.alive(processes.recorded(pid_file)) and _served(model.url.removesuffix("/v1"))
    if alive and not processes.outdated(pid_file, made_of):
        return
    stop(instance)
    watch = progress.Stopwatch()
    port = model.url.rsplit(":", 1)[1].removesuffix("/v1")
    argv = [python_of(folder), "-m", "infra_cdk.local.model", port, file]
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    server = processes.start(argv, pid_file, log, environ)
    answers = f"http://{HOST}:{port}"
    processes.wait_until(
        lambda: not processes.alive(server) or bool(_served(answers)), START_SECONDS
    )
    if not (processes.alive(server) and _served(answers)):
        what = f"the local model does not answer on {HOST}:{port}; {tail(log)}"
        raise Problem(
            what, "set LABVERSE_NO_MODEL=1 to go on without it, or OLLAMA_URL to use yours"
        )
    progress.say("model", f"{NAME} listens on {HOST}:{port}, loaded in {watch}")


def stop(instance: Instance) -> None:
    """Stop the embedded model if it runs."""
    processes.stop(instance.pid_file("model"), deadline=5.0)


def _served(base: str) -> list[str]:
    try:
        return [str(model["id"]) for model in web.get(f"{base}/v1/models")["data"]]
    except (web.NoAnswer, TypeError, KeyError):
        return []  # nothing there, or something else than a model server: both mean "no"


def _configured() -> list[str]:
    """The models under `edge_local:`, read without a YAML parser: this runs on any Python."""
    text = CONFIG.read_text() if CONFIG.exists() else ""
    block = re.search(r"(?m)^edge_local:[^\n]*\n((?:[ \t-][^\n]*\n|\n)+)", f"{text}\n")
    found = (
        re.findall(r"(?m)^[ \t-]*model:[ \t]*['\"]?([^\s'\"]+)", block.group(1)) if block else []
    )
    return [str(name) for name in found]
