"""The emulator as a server: start it on loopback, know that it answers, stop it and its workers."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from infra_cdk.local import enforcement, processes, progress, web
from infra_cdk.local.environments import STAMP, ensure
from infra_cdk.local.instance import ACCOUNT, REGION, ROOT_KEY, Instance
from infra_cdk.local.paths import python_of
from infra_cdk.local.ports import HOST
from infra_cdk.local.problems import Problem, tail

# Nothing else of the caller's environment reaches the emulator or the functions in it: neither an
# AWS profile, nor a certificate bundle, nor a provider's key.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "https_proxy", "HTTPS_PROXY", "http_proxy")
HERE = Path(__file__).parent
START_SECONDS = 60.0
STOP_SECONDS = 20.0


def endpoint(instance: Instance) -> str:
    """The address at which every AWS service of the emulator answers."""
    return f"{'https' if instance.enforced else 'http'}://{HOST}:{instance.port}"


def running(instance: Instance) -> bool:
    """Whether this instance's emulator lives and answers."""
    return processes.alive(processes.recorded(instance.pid_file("emulator"))) and _healthy(instance)


def start(instance: Instance) -> None:
    """Have the emulator answer on its port, starting it if need be. Raises Problem."""
    folder = ensure("emulator")
    made_of = [folder / STAMP, HERE / "emulator.py", HERE / "tracebacks.py"]
    pid_file = instance.pid_file("emulator")
    if running(instance) and not processes.outdated(pid_file, made_of):
        return
    stop(instance)
    watch = progress.Stopwatch()
    instance.tmp.mkdir(parents=True, exist_ok=True)
    argv = [python_of(folder), "-m", "infra_cdk.local.emulator"]
    log = instance.log("emulator")
    environ = {**_environ(instance), **enforcement.server_environ(instance, folder)}
    server = processes.start(argv, pid_file, log, environ)
    processes.wait_until(lambda: _healthy(instance) or not processes.alive(server), START_SECONDS)
    if not (processes.alive(server) and _healthy(instance)):
        what = f"the emulator does not answer on {endpoint(instance)}; {tail(log)}"
        raise Problem(what, "run: make down, then make up; if it stays so: make clean")
    with_iam = ", with IAM enforced," if instance.enforced else ""
    progress.say("emulator", f"started on {HOST}:{instance.port}{with_iam} in {watch}")
    record = instance.record()
    bootstrapped = bool(record.get("saved") and record.get("bootstrapped"))
    killed = bool(record.get("emulator") and not record.get("saved"))
    changes = {"bootstrapped": bootstrapped, "killed": killed or bool(record.get("killed"))}
    instance.remember(emulator=server.started, saved=False, **changes)


def stop(instance: Instance) -> None:
    """Stop the emulator and its workers, and record whether it had the time to save its state."""
    server = processes.recorded(instance.pid_file("emulator"))
    saved = processes.stop(instance.pid_file("emulator"), STOP_SECONDS)
    shutil.rmtree(instance.tmp, ignore_errors=True)
    if server is not None:
        instance.remember(saved=saved and instance.record().get("emulator") == server.started)


def forget(instance: Instance) -> None:
    """Stop the emulator and remove all that it keeps on disk."""
    stop(instance)
    shutil.rmtree(_state(instance), ignore_errors=True)
    instance.remember(emulator=None, saved=None, bootstrapped=False, killed=False)


def client_environ(instance: Instance) -> dict[str, str]:
    """The variables with which AWS clients, the CDK and our own code reach the emulator."""
    dropped = ("AWS_", "OPENAI_", "ANTHROPIC_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {
        **kept,
        **enforcement.client_environ(instance),
        "AWS_ENDPOINT_URL": endpoint(instance),
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CI": "true",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def _environ(instance: Instance) -> dict[str, str]:
    state = _state(instance)
    return {
        **{name: os.environ[name] for name in INHERITED if name in os.environ},
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(instance.port),
        "MINISTACK_HOST": "localhost",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state / "services"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
        "TMPDIR": str(instance.tmp),
        "PYTHONUNBUFFERED": "1",
    }


def _state(instance: Instance) -> Path:
    return instance.folder / "state"


def _healthy(instance: Instance) -> bool:
    try:
        web.get(f"{endpoint(instance)}/_ministack/health", trust=enforcement.trust(instance))
    except web.NoAnswer:
        return False
    return True
