"""`make up`: environments, emulator, model, deployment, a key, one prompt; skips what is there.

Standard library only, because it begins before any environment exists.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from infra_cdk.deployment import assembly
from infra_cdk.local import (
    chat,
    cloud,
    commands,
    deploy,
    enforcement,
    facts,
    language,
    ports,
    processes,
    progress,
    providers,
    real_keys,
)
from infra_cdk.local.environments import ensure
from infra_cdk.local.instance import Instance
from infra_cdk.local.language import Model
from infra_cdk.local.locks import locked
from infra_cdk.local.problems import Problem, Refused
from infra_cdk.local.prompt import QUESTION, Reply, ask
from infra_cdk.local.slack import seed


def up(instance: Instance) -> None:
    """Have this instance answer prompts, whatever state it is in. Raises Problem."""
    with locked(instance.folder / "up.lock", f"the local cloud {instance.name!r}"):
        ensure("uv")
        before = instance.record().get("port")
        ours = before is not None and cloud.running(instance)
        enforced = enforcement.wanted()
        if before is not None and not ours:
            _sweep(instance, before)
        with ports.claim(before, ours) as port:
            if ours and (port != before or enforced != instance.enforced):
                cloud.stop(instance)
            instance.remember(port=port, enforced=enforced)
            _up(instance, port)


def _up(instance: Instance, port: int) -> None:
    model = language.choose(port + 1)
    sources = assembly.digest()
    about = (sources, model.url, model.name, port, instance.enforced, real_keys.fingerprint())
    wanted = " ".join(map(str, about))
    if _trusted(instance) == wanted:
        together(lambda: cloud.start(instance), *_beside(instance, port, model))
        reply = _try(instance, model)
        if reply is not None:
            _finish(instance, reply, wanted)
            return
        progress.say("deploy", "what is deployed does not answer a prompt: deploying again")
    instance.remember(deployed=None)
    try:
        _build(instance, port, sources, model)
    except Refused:
        if not instance.record().get("killed"):
            raise
        # A killed emulator keeps its S3 files but not the stacks that made the buckets.
        progress.say("emulator", "it was killed and its state is torn: starting from nothing")
        cloud.forget(instance)
        commands.resume()
        _build(instance, port, sources, model)
    reply = ask(instance.facts())
    if not _as_expected(reply, model):
        what = f"the deployed app answers a prompt with {reply.status}: {reply.body}"
        raise Problem(what, f"read {instance.log('emulator')}, or run make clean, then make up")
    _finish(instance, reply, wanted)


def _sweep(instance: Instance, port: int) -> None:
    """End what a crash or a kill left of ours: it would hold the very ports we had."""
    stand_ins = (providers.SERVER, chat.SERVER)
    names = ("emulator", "model", *(one.name for one in stand_ins))
    left = [instance.pid_file(name) for name in names]
    if any(processes.recorded(pid_file) for pid_file in left):
        cloud.stop(instance)
        language.stop(instance)
        for stand_in in stand_ins:
            stand_in.stop(instance)
        # A process is gone before its last thread has closed its socket.
        processes.wait_until(lambda: all(map(ports.is_free, ports.block(port))), 3.0)


def _trusted(instance: Instance) -> str | None:
    """What the record says is deployed, if the emulator still has it.

    It has, when the same process still runs, or when the last one saved its state on leaving.
    A killed one restores an older state, which may answer and yet be old.
    """
    record = instance.record()
    emulator = processes.recorded(instance.pid_file("emulator"))
    same = emulator is not None and record.get("emulator") == emulator.started
    if record.get("saved") or (same and cloud.running(instance)):
        deployed: str | None = record.get("deployed")
        return deployed
    return None


def _build(instance: Instance, port: int, sources: str, model: Model) -> None:
    """Everything at once that can be: the model may still load while the stacks deploy."""

    def app() -> None:
        ensure("tools")
        deploy.synth(sources)

    def account() -> None:
        cloud.start(instance)
        if not instance.record().get("bootstrapped"):
            ensure("tools")
            deploy.bootstrap(instance)
            instance.remember(bootstrapped=True)

    def stacks() -> None:
        together(app, account)
        outputs = deploy.deploy(instance, model, assembly.folder("local", "local", sources))
        real_keys.offer(instance)
        seed.offer(instance)
        facts.write(instance, model, outputs)

    together(stacks, *_beside(instance, port, model))


def _beside(instance: Instance, port: int, model: Model) -> list[Callable[[], None]]:
    """The servers that need neither the emulator nor each other."""
    return [
        lambda: language.start(instance, model),
        lambda: providers.SERVER.start(instance, port),
        lambda: chat.SERVER.start(instance, port),
    ]


def _try(instance: Instance, model: Model) -> Reply | None:
    known = instance.facts()
    if not known.get("api_key"):
        return None
    reply = ask(known)
    return reply if _as_expected(reply, model) else None


def _as_expected(reply: Reply, model: Model) -> bool:
    """Without a model, a refusal by the app itself is the proof that it works."""
    return reply.answered or (model.url == "none" and reply.status == 503)


def _finish(instance: Instance, reply: Reply, wanted: str) -> None:
    seed.connect(instance)
    instance.remember(deployed=wanted, killed=False)
    progress.say("ready", "the app answers on the local cloud")
    facts.show(instance, QUESTION, reply)


def together(*jobs: Callable[[], Any]) -> None:
    """Run the jobs in threads; the first failure stops the others and is raised."""
    failures: list[BaseException] = []

    def guarded(job: Callable[[], Any]) -> None:
        try:
            job()
        except BaseException as failure:  # noqa: BLE001 - raised again below, in the main thread
            failures.append(failure)
            commands.cancel()

    threads = [threading.Thread(target=guarded, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
