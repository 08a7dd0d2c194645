"""The service of the local model: its cluster, its capacity, and where it is found."""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_servicediscovery as cloudmap
from constructs import Construct

from infra_cdk import config_fallback
from infra_cdk.config import StageConfig
from infra_cdk.constructs.ollama import gpu
from infra_cdk.constructs.ollama.models import Models
from infra_cdk.constructs.ollama.network import PORT, Network
from infra_cdk.constructs.ollama.task import add_ollama, fargate_task, gpu_task

# As labverse/adapters/ecs_service.py tells ECS: Spot, and on-demand when the scaler says so.
_SPOT_FIRST = [
    ecs.CapacityProviderStrategy(capacity_provider="FARGATE_SPOT", base=0, weight=1),
    ecs.CapacityProviderStrategy(capacity_provider="FARGATE", base=0, weight=0),
]


class Ollama(Construct):
    """One service of one model. Its count and its capacity are the scaler's to change.

    `minimum` is what it is made with. CloudFormation says it again only when it changes the
    service, and whatever that undoes, the scaler's next tick does again.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        config: StageConfig,
        network: Network,
        key: kms.IKey,
        image: ecs.ContainerImage,
    ) -> None:
        super().__init__(scope, "Ollama")
        fallback = config.fallback
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        name = f"labverse-{config.stage}-models"
        models = Models(self, name=name, network=network, key=key, reader=role)
        task = (gpu_task if fallback.gpu else fargate_task)(self, config=config, role=role)
        container = add_ollama(task, config=config, image=image, models=models)
        options = _options(self, config, network.vpc, task)
        if fallback.gpu:
            made: ecs.BaseService = gpu.service(self, config, fallback.gpu, network, options)
        else:
            made = _on_fargate(self, network, options)
        made.node.add_dependency(models.mounted)
        found = _found(self, config, network.vpc)
        made.associate_cloud_map_service(service=found, container=container, container_port=PORT)
        self.found_at = found.service_arn


def _on_fargate(scope: Construct, network: Network, options: dict[str, Any]) -> ecs.FargateService:
    return ecs.FargateService(
        scope,
        "Service",
        **options,
        capacity_provider_strategies=_SPOT_FIRST,
        platform_version=ecs.FargatePlatformVersion.VERSION1_4,
        assign_public_ip=True,
        security_groups=[network.task_group],
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
    )


def _options(
    scope: Construct, config: StageConfig, vpc: ec2.IVpc, task: ecs.TaskDefinition
) -> dict[str, Any]:
    """What the service is on either capacity."""
    named = config_fallback.service(config.stage, config.fallback, config.fallback_tasks)
    return {
        "cluster": _cluster(scope, config, named.cluster, vpc),
        "service_name": named.service,
        "task_definition": task,
        "desired_count": named.minimum,
        "enable_execute_command": False,
        # Another capacity or model is up before the old one goes; a broken one goes back.
        "min_healthy_percent": 100,
        "max_healthy_percent": 200,
        "circuit_breaker": ecs.DeploymentCircuitBreaker(rollback=True),
        "propagate_tags": ecs.PropagatedTagSource.SERVICE,
    }


def _found(scope: Construct, config: StageConfig, vpc: ec2.IVpc) -> cloudmap.Service:
    """Where the private link looks for healthy tasks, with their ports."""
    namespace = cloudmap.PrivateDnsNamespace(
        scope, "Namespace", name=f"labverse-{config.stage}.internal", vpc=vpc
    )
    return namespace.create_service(
        "Found",
        name="ollama",
        dns_record_type=cloudmap.DnsRecordType.SRV,
        dns_ttl=Duration.seconds(10),
        # ECS reports the health check here: nobody is sent to a task that still loads.
        custom_health_check=cloudmap.HealthCheckCustomConfig(failure_threshold=1),
    )


def _cluster(scope: Construct, config: StageConfig, name: str, vpc: ec2.IVpc) -> ecs.Cluster:
    cluster = ecs.Cluster(
        scope,
        "Cluster",
        cluster_name=name,
        vpc=vpc,
        # Each metric of each task is billed; CPU and memory of the service come without it.
        container_insights_v2=ecs.ContainerInsights.DISABLED,
    )
    if config.fallback.gpu:
        return cluster
    # As a property: CDK's own way is one more resource, for which the service would not wait.
    cluster.node.default_child.capacity_providers = ["FARGATE", "FARGATE_SPOT"]  # type: ignore[union-attr]
    return cluster
