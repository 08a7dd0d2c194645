# Secrets travel as the ARN of where they are, never as a value.
package labverse

import rego.v1

secret_name := `(?i)(api_?key|secret|token$|token_|passw|pwd|credential|private_?key|access_?key|(^|_)key$|(^|_)auth$)`

# Names of where a secret is, or facts about it.
about_secret := `(?i)_(arn|name|table|bucket|parameter|path|url|seconds|days|id)$`

secret_value := `\b(sk-[A-Za-z0-9_-]{8}|[srp]k_(live|test)_|A[KS]IA[0-9A-Z]{16}|lv_[0-9a-f]{12}_|gh[pousr]_[A-Za-z0-9]{20}|github_pat_|xox[abprs]-|AIza[0-9A-Za-z_-]{30}|hf_[A-Za-z0-9]{20}|glpat-|eyJ[A-Za-z0-9_-]{8,}\.eyJ|PRIVATE KEY-----|resolve:(secretsmanager|ssm-secure):)`

# Every variable of a function or a container.
variable contains {"name": name, "path": sprintf("Properties.Environment.Variables.%s", [key]), "key": key, "value": value} if {
	some name in resources_of_type("AWS::Lambda::Function")
	some key, value in property(name, ["Environment", "Variables"], {})
}

variable contains {"name": name, "path": sprintf("Properties.ContainerDefinitions.%d.Environment.%d", [i, j]), "key": entry.Name, "value": entry.Value} if {
	some name in resources_of_type("AWS::ECS::TaskDefinition")
	some i, held in property(name, ["ContainerDefinitions"], [])
	some j, entry in held.Environment
}

violation contains denied(
	"LV-KeyInEnvironment", found.name, found.path,
	sprintf("the variable %s is named after a secret, and environments are readable", [found.key]),
	sprintf("keep it in Secrets Manager and pass its ARN as %s_ARN (a container: use Secrets)", [found.key]),
) if {
	some found in variable
	regex.match(secret_name, text(found.key))
	not regex.match(about_secret, text(found.key))
}

violation contains denied(
	"LV-KeyInEnvironment", found.name, found.path,
	sprintf("the value of the variable %s has the shape of a secret, and environments are readable", [found.key]),
	"keep it in Secrets Manager and pass its ARN (a container: use Secrets)",
) if {
	some found in variable
	regex.match(secret_value, text(found.value))
}

violation contains denied(
	"LV-KeyInTemplate", name, "Properties",
	"something in it has the shape of a secret, and templates are readable",
	"keep it in Secrets Manager and refer to it by ARN",
) if {
	some name, res in input.resources
	not res.resourceType in {"AWS::Lambda::Function", "AWS::ECS::TaskDefinition"}
	regex.match(secret_value, json.marshal(res.properties))
}

# `{}` is the empty secret that a person fills later.
violation contains denied(
	"LV-KeyInTemplate", name, "Properties.SecretString",
	"the secret's value stands in the template",
	"let Secrets Manager generate it (GenerateSecretString), or create it empty ({})",
) if {
	some name in resources_of_type("AWS::SecretsManager::Secret")
	not property(name, ["SecretString"], "{}") in {"{}", ""}
}

has_rotation(name) if {
	some schedule in resources_of_type("AWS::SecretsManager::RotationSchedule")
	points_to(property(schedule, ["SecretId"], null), name)
}

violation contains denied(
	"LV-SecretWithoutRotation", name, "",
	"nothing rotates this secret",
	"give it a rotation schedule; where its owner has no API for that, write so into infra_cdk/policies/reasons.py",
) if {
	some name in resources_of_type("AWS::SecretsManager::Secret")
	not has_rotation(name)
}
