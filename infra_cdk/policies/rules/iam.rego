# Who may do what: named actions on named resources, for named principals.
package labverse

import rego.v1

document_names := {"PolicyDocument", "AssumeRolePolicyDocument", "KeyPolicy", "ResourcePolicy", "FileSystemPolicy"}

identity_types := {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"}

holder_types := {"AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"}

# Every Allow, with where it stands.
allowed contains {"name": name, "path": sprintf("Properties.%s.Statement.%d", [key, i]), "kind": key, "statement": statement} if {
	some name, res in input.resources
	some key in document_names
	some i, statement in listed(res.properties[key].Statement)
	statement.Effect == "Allow"
}

allowed contains {"name": name, "path": sprintf("Properties.Policies.%d.PolicyDocument.Statement.%d", [j, i]), "kind": "Policies", "statement": statement} if {
	some name, res in input.resources
	res.resourceType in holder_types
	some j, policy in res.properties.Policies
	some i, statement in listed(policy.PolicyDocument.Statement)
	statement.Effect == "Allow"
}

# Policies that say what their holder may do; in a resource's own policy `*` means that resource.
identity(found) if input.resources[found.name].resourceType in identity_types

identity(found) if found.kind == "Policies"

# What KMS itself calls by a family name.
families := {"kms:GenerateDataKey*", "kms:ReEncrypt*"}

# Without it nobody could administer a key, not even AWS's support.
account_owns_key(found) if {
	found.kind == "KeyPolicy"
	endswith(text(found.statement.Principal.AWS), ":root")
	found.statement.Action == "kms:*"
}

# Actions that know no resource: AWS accepts them on `*` alone.
without_resource := {
	"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
	"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
	"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
	"ecr:GetAuthorizationToken", "cloudwatch:PutMetricData", "dynamodb:ListStreams",
	"states:SendTaskSuccess",
}

needs_resource(statement) if {
	some action in listed(statement.Action)
	not action in without_resource
}

violation contains denied(
	"LV-WildcardAction", found.name, sprintf("%s.Action", [found.path]),
	sprintf("allows every action that matches %s", [text(action)]),
	"name the actions that are needed",
) if {
	some found in allowed
	some action in listed(found.statement.Action)
	contains(text(action), "*")
	not action in families
	not account_owns_key(found)
}

violation contains denied(
	"LV-WildcardAction", found.name, sprintf("%s.NotAction", [found.path]),
	"allows every action but the few in NotAction",
	"name the actions that are needed in Action",
) if {
	some found in allowed
	found.statement.NotAction
}

violation contains denied(
	"LV-WildcardResource", found.name, sprintf("%s.Resource", [found.path]),
	sprintf("allows %s on every resource that matches %s", [text(found.statement.Action), text(resource)]),
	"name the resource; where none can be named, write why into infra_cdk/policies/reasons.py",
) if {
	some found in allowed
	identity(found)
	needs_resource(found.statement)
	some resource in listed(found.statement.Resource)
	contains(text(resource), "*")
}

violation contains denied(
	"LV-WildcardResource", found.name, sprintf("%s.NotResource", [found.path]),
	"allows what it allows on every resource but the few in NotResource",
	"name the resources that are needed in Resource",
) if {
	some found in allowed
	identity(found)
	found.statement.NotResource
}

everybody(principal) if principal == "*"

everybody(principal) if {
	some named in principal
	some one in listed(named)
	one == "*"
}

# Buckets have a rule of their own, see storage.rego.
violation contains denied(
	"LV-OpenToEverybody", found.name, sprintf("%s.Principal", [found.path]),
	"lets everybody in",
	"name the principal",
) if {
	some found in allowed
	input.resources[found.name].resourceType != "AWS::S3::BucketPolicy"
	everybody(found.statement.Principal)
}

violation contains denied(
	"LV-OpenPermission", name, "Properties.SourceArn",
	sprintf("lets any resource of %s call the function, also those of other accounts", [text(property(name, ["Principal"], "?"))]),
	"give the SourceArn, or at least the SourceAccount",
) if {
	some name in resources_of_type("AWS::Lambda::Permission")
	endswith(text(property(name, ["Principal"], "*")), ".amazonaws.com")
	not property(name, ["SourceArn"], false)
	not property(name, ["SourceAccount"], false)
}

violation contains denied(
	"LV-OpenPermission", name, "Properties.Principal",
	"lets everybody call the function",
	"name the principal",
) if {
	some name in resources_of_type("AWS::Lambda::Permission")
	property(name, ["Principal"], "*") == "*"
}

violation contains denied(
	"LV-OpenPermission", name, "Properties.AuthType",
	"this URL calls the function for everybody",
	"set AuthType to AWS_IAM",
) if {
	some name in resources_of_type("AWS::Lambda::Url")
	property(name, ["AuthType"], "NONE") != "AWS_IAM"
}
