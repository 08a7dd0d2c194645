"""The fallback stack as an engineer who has to answer for it would read it."""

import pytest

from infra_cdk.config import StageConfig
from infra_cdk.constructs.layer import route_config
from labverse.adapters import ecs_service
from tests.infra.assembly import Assembly
from tests.infra.ollama.conftest import Template


@pytest.mark.parametrize("which", ["dev", "gpu"])
def test_the_container_may_do_next_to_nothing(which: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(which).container
    linux = found["LinuxParameters"]
    user, _, group = found["User"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert found["ReadonlyRootFilesystem"] is True
    assert found["Privileged"] is False
    assert linux["Capabilities"] == {"Drop": ["ALL"]}
    assert linux["InitProcessEnabled"] is True
    (tmp,) = linux["Tmpfs"]
    assert tmp["ContainerPath"] == "/tmp"
    assert {"noexec", "nosuid", "nodev"} <= set(tmp["MountOptions"])
    assert found["StopTimeout"] == 120
    assert "Secrets" not in found
    assert found["LogConfiguration"]["LogDriver"] == "awslogs"


def test_its_image_is_ours_by_a_tag_that_stays(dev: Template, aws: Assembly) -> None:
    tag = StageConfig.load("dev").fallback.image_tag
    image = dev.container["Image"]["Fn::Join"][1]
    assert image[-1] == f"/labverse-dev/ollama:{tag}"
    assert ".dkr.ecr." in image[1]
    (repository,) = aws.resources("AWS::ECR::Repository")
    assert repository.stack == "data", "an image outlives the service that runs it"
    assert repository.properties["RepositoryName"] == "labverse-dev/ollama"
    assert repository.properties["ImageTagMutability"] == "IMMUTABLE"
    (signing,) = aws.resources("AWS::ECR::SigningConfiguration")
    (rule,) = signing.properties["Rules"]
    assert rule["RepositoryFilters"] == [
        {"Filter": "labverse-dev/ollama", "FilterType": "WILDCARD_MATCH"}
    ]


def test_the_count_is_the_stages(stage: tuple[StageConfig, Template]) -> None:
    config, template = stage
    wanted = {"local": (0, 1), "dev": (0, 1), "prod": (1, 2)}[config.stage]
    assert (config.fallback_tasks.minimum, config.fallback_tasks.maximum) == wanted
    assert template.one("AWS::ECS::Service")["DesiredCount"] == wanted[0]


def test_spot_comes_first_and_the_scaler_says_the_same(dev: Template) -> None:
    strategy = dev.one("AWS::ECS::Service")["CapacityProviderStrategy"]
    said = [{key[0].lower() + key[1:]: value for key, value in row.items()} for row in strategy]
    assert said == ecs_service.SPOT_FIRST
    assert said[0] == {"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 1}
    assert {row["capacityProvider"] for row in said} <= set(
        dev.one("AWS::ECS::Cluster")["CapacityProviders"]
    )


def test_models_are_encrypted_twice_and_mounted_by_the_task_alone(dev: Template) -> None:
    files = dev.one("AWS::EFS::FileSystem")
    assert files["Encrypted"] is True
    assert "KmsKeyId" in files
    (statement,) = files["FileSystemPolicy"]["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "true"}}
    assert "elasticfilesystem:ClientRootAccess" not in statement["Action"]
    role = dev.one("AWS::ECS::TaskDefinition")["TaskRoleArn"]
    assert statement["Principal"] == {"AWS": role}
    (volume,) = dev.one("AWS::ECS::TaskDefinition")["Volumes"]
    mounted = volume["EFSVolumeConfiguration"]
    assert mounted["TransitEncryption"] == "ENABLED"
    assert mounted["AuthorizationConfig"]["IAM"] == "ENABLED"


def test_the_server_takes_prompts_as_long_as_the_router_believes(dev: Template) -> None:
    environment = dev.environment
    window = route_config().served(environment["MODEL"]).context_window
    assert int(environment["OLLAMA_CONTEXT_LENGTH"]) == window
    assert environment["OLLAMA_KEEP_ALIVE"] == "-1"


def test_no_stage_has_a_gpu_unless_it_asks(stage: tuple[StageConfig, Template]) -> None:
    config, template = stage
    assert config.fallback.gpu is None
    assert not list(template.of("AWS::AutoScaling::AutoScalingGroup"))


def test_a_gpu_by_choice(gpu: Template) -> None:
    group = gpu.one("AWS::AutoScaling::AutoScalingGroup")
    assert (group["MinSize"], group["MaxSize"]) == ("0", "1")
    data = gpu.one("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["MetadataOptions"]["HttpTokens"] == "required"
    assert data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
    assert data["InstanceType"] == "g6e.xlarge"
    assert gpu.environment["MODEL"] == "mixtral:8x7b-instruct"
    assert gpu.container["ResourceRequirements"] == [{"Type": "GPU", "Value": "1"}]
    service = gpu.one("AWS::ECS::Service")
    assert service["ServiceName"] == "ollama-gpu"
    (strategy,) = service["CapacityProviderStrategy"]
    assert "Ref" in strategy["CapacityProvider"]
