"""One template for both targets: what the local cloud lacks stands behind one condition.

CloudFormation does not look at a resource whose condition is false, and neither does the local
cloud, which refuses a whole template for one type that it does not know. The condition is on a
parameter with the default `aws`, so nobody who deploys to AWS needs to know of it.
"""

import aws_cdk as cdk

PARAMETER, CONDITION = "Target", "OnAws"

# Types that the local cloud lacks; a test holds this list against the emulator itself.
LACKING = frozenset(
    {
        "AWS::ApiGatewayV2::VpcLink",
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::ECR::SigningConfiguration",
        "AWS::ECS::CapacityProvider",
        "AWS::ECS::ClusterCapacityProviderAssociations",
        "AWS::Events::Archive",
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::SecretsManager::RotationSchedule",
        "AWS::WAFv2::WebACLAssociation",
    }
)


def close(app: cdk.App) -> None:
    """Put every resource of a lacking type behind the condition, in each stack that has one.

    To be called when the app is whole. What refers to such a resource must bear the same
    condition or choose with Fn::If; deploying onto the local cloud proves it.
    """
    for node in app.node.find_all():
        if not cdk.CfnResource.is_cfn_resource(node):
            continue
        assert isinstance(node, cdk.CfnResource)
        if node.cfn_resource_type in LACKING:
            node.cfn_options.condition = on_aws(cdk.Stack.of(node))


def on_aws(stack: cdk.Stack) -> cdk.CfnCondition:
    """The condition of `stack` that is false on the local cloud alone."""
    found = stack.node.try_find_child(CONDITION)
    if isinstance(found, cdk.CfnCondition):
        return found
    parameter = cdk.CfnParameter(
        stack,
        PARAMETER,
        default="aws",
        allowed_values=["aws", "local"],
        description="local: without the types that the local cloud lacks",
    )
    return cdk.CfnCondition(
        stack, CONDITION, expression=cdk.Fn.condition_equals(parameter.value_as_string, "aws")
    )
