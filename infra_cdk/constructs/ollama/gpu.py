"""Capacity with a GPU, for a model that needs one: instances that come and go with the tasks."""

from typing import Any

from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra_cdk.config import StageConfig
from infra_cdk.config_fallback import Gpu
from infra_cdk.constructs.ollama.network import Network

_DISK_GIB = 60  # the image's own is 30


def service(
    scope: Construct, config: StageConfig, chosen: Gpu, network: Network, options: dict[str, Any]
) -> ecs.Ec2Service:
    """The service on instances that ECS starts for its tasks and stops after them."""
    provider = ecs.AsgCapacityProvider(
        scope,
        "Gpu",
        auto_scaling_group=_instances(scope, config, chosen, network),
        enable_managed_scaling=True,
        # ECS alone ends an instance; otherwise CDK adds a function that drains it first.
        enable_managed_termination_protection=True,
    )
    options["cluster"].add_asg_capacity_provider(provider)
    strategy = ecs.CapacityProviderStrategy(
        capacity_provider=provider.capacity_provider_name, base=0, weight=1
    )
    # The port is the instance's, so the old task must go before the new one comes.
    options |= {"min_healthy_percent": 0, "max_healthy_percent": 100}
    made = ecs.Ec2Service(scope, "Service", **options, capacity_provider_strategies=[strategy])
    # Which the cluster knows by a resource that nothing of the service names.
    made.node.add_dependency(options["cluster"])
    return made


def _instances(
    scope: Construct, config: StageConfig, chosen: Gpu, network: Network
) -> autoscaling.AutoScalingGroup:
    return autoscaling.AutoScalingGroup(
        scope,
        "Instances",
        vpc=network.vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        launch_template=_template(scope, config.stage, chosen, network),
        min_capacity=0,
        max_capacity=config.fallback_tasks.maximum,
    )


def _template(scope: Construct, stage: str, chosen: Gpu, network: Network) -> ec2.LaunchTemplate:
    role = iam.Role(scope, "InstanceRole", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    return ec2.LaunchTemplate(
        scope,
        "Template",
        launch_template_name=f"labverse-{stage}-ollama-gpu",
        instance_type=ec2.InstanceType(chosen.instance_type),
        machine_image=ecs.EcsOptimizedImage.amazon_linux2023(ecs.AmiHardwareType.GPU),
        user_data=ec2.UserData.for_linux(),
        role=role,
        require_imdsv2=True,
        http_put_response_hop_limit=1,
        associate_public_ip_address=True,
        security_group=network.task_group,
        block_devices=[
            ec2.BlockDevice(
                device_name="/dev/xvda",
                volume=ec2.BlockDeviceVolume.ebs(
                    _DISK_GIB, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3
                ),
            )
        ],
    )
