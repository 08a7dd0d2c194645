"""The task that serves the local model: one container that may do next to nothing."""

from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.constructs.logs import LogGroup
from infra_cdk.constructs.ollama.models import UID, VOLUME, Models
from infra_cdk.constructs.ollama.network import PORT

_HERE = Path(__file__).parent
_MODELS = "/models"
CONTAINER = "ollama"
_TMP_MIB = 64


def fargate_task(scope: Construct, *, config: StageConfig, role: iam.IRole) -> ecs.TaskDefinition:
    """On Graviton, without a machine of ours."""
    return ecs.FargateTaskDefinition(
        scope,
        "Task",
        family=f"labverse-{config.stage}-ollama",
        cpu=config.fallback.cpu,
        memory_limit_mib=config.fallback.memory_mib,
        task_role=role,
        runtime_platform=ecs.RuntimePlatform(
            cpu_architecture=ecs.CpuArchitecture.ARM64,
            operating_system_family=ecs.OperatingSystemFamily.LINUX,
        ),
    )


def gpu_task(scope: Construct, *, config: StageConfig, role: iam.IRole) -> ecs.TaskDefinition:
    """On an instance, with its address: a task's own would be private, and could pull nothing."""
    return ecs.Ec2TaskDefinition(
        scope,
        "Task",
        family=f"labverse-{config.stage}-ollama-gpu",
        network_mode=ecs.NetworkMode.HOST,
        task_role=role,
    )


def add_ollama(
    task: ecs.TaskDefinition, *, config: StageConfig, image: ecs.ContainerImage, models: Models
) -> ecs.ContainerDefinition:
    """The container: not root, nothing to write to but memory and the models, no capability."""
    fallback = config.fallback
    task.add_volume(name=VOLUME, efs_volume_configuration=models.volume())
    log = LogGroup(task, "Logs", name=f"/labverse/{config.stage}/ollama", config=config)
    container = task.add_container(
        CONTAINER,
        image=image,
        entry_point=["/bin/sh", "-c"],
        command=[script("serve")],
        environment=_environment(fallback.served, fallback.context_tokens),
        user=f"{UID}:{UID}",
        readonly_root_filesystem=True,
        privileged=False,
        linux_parameters=_confined(task),
        health_check=_healthy(),
        # All that Fargate allows, and what Spot gives: an answer that is on its way is finished.
        stop_timeout=Duration.seconds(120),
        gpu_count=1 if fallback.gpu else None,
        memory_limit_mib=fallback.gpu.memory_mib if fallback.gpu else None,
        port_mappings=[ecs.PortMapping(container_port=PORT)],
        logging=ecs.LogDrivers.aws_logs(stream_prefix=CONTAINER, log_group=log),
    )
    container.add_mount_points(
        ecs.MountPoint(container_path=_MODELS, source_volume=VOLUME, read_only=False)
    )
    return container


def script(name: str) -> str:
    """`sh -c` runs the file's text: the image stays as its maker ships it."""
    return (_HERE / f"{name}.sh").read_text(encoding="utf-8")


def _environment(model: str, context_tokens: int) -> dict[str, str]:
    return {
        "MODEL": model,
        "OLLAMA_HOST": f"0.0.0.0:{PORT}",
        "OLLAMA_MODELS": _MODELS,
        "OLLAMA_KEEP_ALIVE": "-1",
        "OLLAMA_CONTEXT_LENGTH": str(context_tokens),
        # One answer at a time, at full speed; a few wait, more are told that it is busy.
        "OLLAMA_NUM_PARALLEL": "1",
        "OLLAMA_MAX_LOADED_MODELS": "1",
        "OLLAMA_MAX_QUEUE": "8",
        "HOME": "/tmp",  # where it makes itself a key that nobody uses
    }


def _confined(task: ecs.TaskDefinition) -> ecs.LinuxParameters:
    """Fargate has tmpfs since January 2026; until then a read-only root needed a volume."""
    parameters = ecs.LinuxParameters(task, "Confined", init_process_enabled=True)
    parameters.drop_capabilities(ecs.Capability.ALL)
    parameters.add_tmpfs(
        ecs.Tmpfs(
            container_path="/tmp",
            size=_TMP_MIB,
            mount_options=[
                ecs.TmpfsMountOption.NOSUID,
                ecs.TmpfsMountOption.NODEV,
                ecs.TmpfsMountOption.NOEXEC,
            ],
        )
    )
    return parameters


def _healthy() -> ecs.HealthCheck:
    """Ten minutes for the first start, which pulls gigabytes; later ones read them in seconds."""
    return ecs.HealthCheck(
        command=["CMD-SHELL", script("healthy")],
        interval=Duration.seconds(30),
        timeout=Duration.seconds(10),
        retries=10,
        start_period=Duration.seconds(300),
    )
