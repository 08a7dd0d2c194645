"""`make down` and `make clean`: stop what was started, by pid, and prove that it is gone."""

from __future__ import annotations

import functools
import shutil

from infra_cdk.local import chat, cloud, language, processes, progress, providers
from infra_cdk.local.instance import Instance, named
from infra_cdk.local.locks import locked
from infra_cdk.local.paths import BUILD, cache
from infra_cdk.local.ports import HOST, is_free
from infra_cdk.local.problems import Problem

STAND_INS = (providers.SERVER, chat.SERVER)
SERVERS = {"emulator": 0, "model": 1, **{one.name: one.offset for one in STAND_INS}}
GONE_SECONDS = 10.0


def down(instance: Instance) -> None:
    """Stop every server, and the emulator's workers. Raises Problem if anything stays."""
    with locked(instance.folder / "up.lock", f"the local cloud {instance.name!r}"):
        known = {name: processes.recorded(instance.pid_file(name)) for name in SERVERS}
        watch = progress.Stopwatch()
        cloud.stop(instance)
        language.stop(instance)
        for stand_in in STAND_INS:
            stand_in.stop(instance)
        stopped = [name for name, server in known.items() if server is not None]
        _prove(instance, [server for server in known.values() if server is not None])
        what = f"stopped {', '.join(stopped)} in {watch}" if stopped else "nothing was running"
        progress.say("down", what)


def clean(instance: Instance) -> None:
    """Stop and remove the instance that LABVERSE_INSTANCE names; without one all, and .build."""
    if named():
        _remove(instance)
        return
    for record in sorted(BUILD.glob("*/record.json")):
        _remove(Instance(record.parent.name))
    shutil.rmtree(BUILD, ignore_errors=True)
    progress.say("clean", f"removed {BUILD.name}; downloads stay in {cache()}")


def _remove(instance: Instance) -> None:
    down(instance)
    shutil.rmtree(instance.folder, ignore_errors=True)
    instance.file.unlink(missing_ok=True)
    progress.say("clean", f"removed {instance.folder.name} and {instance.file.name} from .build")


def _prove(instance: Instance, servers: list[processes.Server]) -> None:
    left = [pid for server in servers for pid in processes.family(server)]
    if left:
        what = f"still running after SIGKILL: pids {', '.join(map(str, left))}"
        raise Problem(what, "run make down again; a process in uninterruptible sleep ends later")
    port = instance.record().get("port")
    if port is None or not servers:
        return
    for name, offset in SERVERS.items():
        if not processes.wait_until(functools.partial(is_free, port + offset), GONE_SECONDS):
            what = f"the {name} is gone, but {HOST}:{port + offset} is in use"
            raise Problem(
                what, f"something else listens there: ss -ltnp 'sport = :{port + offset}'"
            )
