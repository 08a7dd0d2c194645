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

violation contains denied(
	"LV-WildcardAction", found.name, sprintf("%s.Action", [found.path]),
	sprintf("allows every action that matches %s", [text(action)]),
	"name the actions that are needed",
) if {
	some found in allowed
	some action in listed(found.statement.Action)
	contains(text(action), "*")
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
