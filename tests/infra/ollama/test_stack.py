"""The fallback stack as an engineer who has to answer for it would read it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import aws_cdk as cdk
import pytest

from infra_cdk.config import STAGES, StageConfig
from infra_cdk.config_fallback import Gpu
from infra_cdk.constructs import gate
from infra_cdk.stacks.fallback import FallbackStack
from labverse.adapters import ecs_service
from tests.infra.assembly import FUNCTION, Assembly
from tests.infra.statements import statements

GPU = Gpu(model="mixtral:8x7b-instruct", instance_type="g6e.xlarge", memory_mib=28_000)
Template = dict[str, dict[str, Any]]


@cache
def synthesized(stage: str, gpu: Gpu | None = None) -> Template:
    """The stack's resources by logical id."""
    config = StageConfig.load(stage)
    fallback = config.fallback.model_copy(update={"gpu": gpu})
    config = config.model_copy(update={"fallback": fallback})
    app = cdk.App()
    stack = FallbackStack(app, "Stack", config=config)
    gate.close(app)
    template: dict[str, Any] = app.synth().get_stack_by_name(stack.stack_name).template
    resources: Template = template["Resources"]
    return resources


@pytest.fixture(scope="module", params=STAGES)
def stage(request: pytest.FixtureRequest) -> tuple[StageConfig, Template]:
    return StageConfig.load(request.param), synthesized(request.param)


@pytest.fixture(scope="module")
def dev() -> Template:
    return synthesized("dev")


@pytest.fixture(scope="module")
def gpu() -> Template:
    return synthesized("dev", GPU)


def of(template: Template, kind: str) -> Iterator[dict[str, Any]]:
    return (found["Properties"] for found in template.values() if found["Type"] == kind)


def one(template: Template, kind: str) -> dict[str, Any]:
    (found,) = of(template, kind)
    return found


def container(template: Template) -> dict[str, Any]:
    (found,) = one(template, "AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    return dict(found)


@pytest.mark.parametrize("which", ["dev", "gpu"])
def test_the_container_may_do_next_to_nothing(which: str, request: pytest.FixtureRequest) -> None:
    found = container(request.getfixturevalue(which))
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
    image = container(dev)["Image"]["Fn::Join"][1]
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


def test_nobody_reaches_a_task_but_the_private_link(dev: Template) -> None:
    groups = {
        logical_id: found["Properties"]
        for logical_id, found in dev.items()
        if found["Type"] == "AWS::EC2::SecurityGroup"
    }
    (link_id,) = one(dev, "AWS::ApiGatewayV2::VpcLink")["SecurityGroupIds"]
    network = one(dev, "AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]
    (task_id,) = network["SecurityGroups"]
    (rule,) = groups[task_id["Fn::GetAtt"][0]]["SecurityGroupIngress"]
    assert (rule["FromPort"], rule["ToPort"]) == (11434, 11434)
    assert rule["SourceSecurityGroupId"] == link_id
    assert "SecurityGroupIngress" not in groups[link_id["Fn::GetAtt"][0]]
    open_ = [
        rule
        for group in groups.values()
        for rule in group.get("SecurityGroupIngress", ())
        if "CidrIp" in rule or "CidrIpv6" in rule or "SourcePrefixListId" in rule
    ]
    assert not open_, "a rule lets addresses in"


@pytest.mark.parametrize("which", ["dev", "gpu"])
def test_no_nat_no_balancer_no_endpoint_no_function(
    which: str, request: pytest.FixtureRequest, aws: Assembly
) -> None:
    template: Template = request.getfixturevalue(which)
    dear = ("Nat", "EIP", "LoadBalanc", "VPCEndpoint", "Custom", FUNCTION)
    found = [r["Type"] for r in template.values() if any(word in r["Type"] for word in dear)]
    assert not found
    assert not [f.path for f in aws.functions() if "VpcConfig" in f.properties]


def test_every_way_in_asks_for_iam_and_leads_to_the_link(dev: Template) -> None:
    routes = {route["RouteKey"]: route for route in of(dev, "AWS::ApiGatewayV2::Route")}
    assert set(routes) == {"GET /v1/models", "POST /v1/chat/completions"}
    assert {route["AuthorizationType"] for route in routes.values()} == {"AWS_IAM"}
    integration = one(dev, "AWS::ApiGatewayV2::Integration")
    assert integration["ConnectionType"] == "VPC_LINK"
    stage = one(dev, "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert "caller" in stage["AccessLogSettings"]["Format"]


def test_who_may_ask_for_what(aws: Assembly) -> None:
    allowed = {
        (statement.place, resource.rpartition("$default/")[2])
        for statement in statements(aws)
        for resource in statement.resources
        if "execute-api:Invoke" in statement.actions
    }
    assert allowed == {
        ("Route/HttpRole/DefaultPolicy", "POST/v1/chat/completions"),
        ("Route/TaskRole/DefaultPolicy", "POST/v1/chat/completions"),
        ("Observe/HttpRole/DefaultPolicy", "GET/v1/models"),
    }


def test_who_may_scale_what(aws: Assembly) -> None:
    found = [
        (statement.place, statement.actions, [r.rpartition(":")[2] for r in statement.resources])
        for statement in statements(aws)
        if any(action.startswith("ecs:") for action in statement.actions)
    ]
    assert found == [
        (
            "Route/EventRole/DefaultPolicy",
            ("ecs:DescribeServices", "ecs:UpdateService"),
            ["service/labverse-dev/ollama"],
        )
    ]


def test_the_count_is_the_stages(stage: tuple[StageConfig, Template]) -> None:
    config, template = stage
    wanted = {"local": (0, 1), "dev": (0, 1), "prod": (1, 2)}[config.stage]
    assert (config.fallback_tasks.minimum, config.fallback_tasks.maximum) == wanted
    assert one(template, "AWS::ECS::Service")["DesiredCount"] == wanted[0]


def test_spot_comes_first_and_the_scaler_says_the_same(dev: Template) -> None:
    strategy = one(dev, "AWS::ECS::Service")["CapacityProviderStrategy"]
    said = [{key[0].lower() + key[1:]: value for key, value in row.items()} for row in strategy]
    assert said == ecs_service.SPOT_FIRST
    assert said[0] == {"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 1}
    assert {row["capacityProvider"] for row in said} <= set(
        one(dev, "AWS::ECS::Cluster")["CapacityProviders"]
    )


def test_models_are_encrypted_twice_and_mounted_by_the_task_alone(dev: Template) -> None:
    files = one(dev, "AWS::EFS::FileSystem")
    assert files["Encrypted"] is True
    assert "KmsKeyId" in files
    (statement,) = files["FileSystemPolicy"]["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "true"}}
    assert "elasticfilesystem:ClientRootAccess" not in statement["Action"]
    role = one(dev, "AWS::ECS::TaskDefinition")["TaskRoleArn"]
    assert statement["Principal"] == {"AWS": role}
    (volume,) = one(dev, "AWS::ECS::TaskDefinition")["Volumes"]
    mounted = volume["EFSVolumeConfiguration"]
    assert mounted["TransitEncryption"] == "ENABLED"
    assert mounted["AuthorizationConfig"]["IAM"] == "ENABLED"


def test_the_server_takes_prompts_as_long_as_the_router_believes(dev: Template) -> None:
    from infra_cdk.constructs.layer import route_config

    environment = {item["Name"]: item["Value"] for item in container(dev)["Environment"]}
    window = route_config().served(environment["MODEL"]).context_window
    assert int(environment["OLLAMA_CONTEXT_LENGTH"]) == window
    assert environment["OLLAMA_KEEP_ALIVE"] == "-1"


def test_no_stage_has_a_gpu_unless_it_asks(stage: tuple[StageConfig, Template]) -> None:
    config, template = stage
    assert config.fallback.gpu is None
    assert not list(of(template, "AWS::AutoScaling::AutoScalingGroup"))


def test_a_gpu_by_choice(gpu: Template) -> None:
    group = one(gpu, "AWS::AutoScaling::AutoScalingGroup")
    assert (group["MinSize"], group["MaxSize"]) == ("0", "1")
    data = one(gpu, "AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["MetadataOptions"]["HttpTokens"] == "required"
    assert data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
    assert data["InstanceType"] == "g6e.xlarge"
    environment = {item["Name"]: item["Value"] for item in container(gpu)["Environment"]}
    assert environment["MODEL"] == "mixtral:8x7b-instruct"
    assert container(gpu)["ResourceRequirements"] == [{"Type": "GPU", "Value": "1"}]
    service = one(gpu, "AWS::ECS::Service")
    assert service["ServiceName"] == "ollama-gpu"
    (strategy,) = service["CapacityProviderStrategy"]
    assert "Ref" in strategy["CapacityProvider"]
