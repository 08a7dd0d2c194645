# What a container may do on its host, and whose code it is.
package labverse

import rego.v1

container contains {"name": name, "path": sprintf("Properties.ContainerDefinitions.%d", [i]), "definition": definition} if {
	some name in resources_of_type("AWS::ECS::TaskDefinition")
	some i, definition in property(name, ["ContainerDefinitions"], [])
}

violation contains denied(
	"LV-PrivilegedContainer", found.name, sprintf("%s.Privileged", [found.path]),
	"a privileged container is root on its host",
	"remove Privileged",
) if {
	some found in container
	object.get(found.definition, "Privileged", false) != false
}

violation contains denied(
	"LV-PrivilegedContainer", name, sprintf("Properties.%s", [key]),
	"containers share this namespace with their host",
	sprintf("remove %s: host", [key]),
) if {
	some name in resources_of_type("AWS::ECS::TaskDefinition")
	some key in {"PidMode", "IpcMode", "NetworkMode"}
	property(name, [key], "none") == "host"
}

violation contains denied(
	"LV-ContainerCapabilities", found.name, sprintf("%s.LinuxParameters.Capabilities", [found.path]),
	"a container needs none of the kernel's capabilities",
	"drop ALL and add none",
) if {
	some found in container
	not bare(found.definition)
}

bare(definition) if {
	capabilities := definition.LinuxParameters.Capabilities
	"ALL" in capabilities.Drop
	count(object.get(capabilities, "Add", [])) == 0
}

violation contains denied(
	"LV-ContainerRoot", found.name, sprintf("%s.User", [found.path]),
	"the container runs as root",
	"give it a User by number, and not 0",
) if {
	some found in container
	user := object.get(found.definition, "User", "0")
	not regex.match(`^[1-9][0-9]*(:[1-9][0-9]*)?$`, text(user))
}

violation contains denied(
	"LV-WritableRoot", found.name, sprintf("%s.ReadonlyRootFilesystem", [found.path]),
	"the container may rewrite its own programs",
	"set ReadonlyRootFilesystem and mount what it must write",
) if {
	some found in container
	object.get(found.definition, "ReadonlyRootFilesystem", false) != true
}

violation contains denied(
	"LV-RemoteShell", name, "Properties.EnableExecuteCommand",
	"whoever may call ECS gets a shell in the container",
	"remove EnableExecuteCommand",
) if {
	some name in resources_of_type("AWS::ECS::Service")
	property(name, ["EnableExecuteCommand"], false) != false
}

violation contains denied(
	"LV-PlainFileTraffic", name, sprintf("Properties.Volumes.%d", [i]),
	"the container talks to its file system in plain text",
	"set TransitEncryption to ENABLED",
) if {
	some name in resources_of_type("AWS::ECS::TaskDefinition")
	some i, volume in property(name, ["Volumes"], [])
	files := volume.EFSVolumeConfiguration
	object.get(files, "TransitEncryption", "DISABLED") != "ENABLED"
}

# Images: of a container, and of a function that is one.
image contains {"name": found.name, "path": sprintf("%s.Image", [found.path]), "uri": text(object.get(found.definition, "Image", "none"))} if {
	some found in container
}

image contains {"name": name, "path": "Properties.Code.ImageUri", "uri": text(property(name, ["Code", "ImageUri"], "none"))} if {
	some name in resources_of_type("AWS::Lambda::Function")
	property(name, ["PackageType"], "Zip") == "Image"
}

signs_all(rule) if not rule.RepositoryFilters

signs(rule, _) if signs_all(rule)

signs(rule, uri) if {
	some filter in rule.RepositoryFilters
	contains(uri, sprintf("/%s", [trim_suffix(filter.Filter, "*")]))
}

signed(uri) if {
	some registry in resources_of_type("AWS::ECR::SigningConfiguration")
	some rule in property(registry, ["Rules"], [])
	signs(rule, uri)
}

# What other templates of the same app have: infra_cdk/policies/registry.py adds to these.
signed_elsewhere contains repository if {
	some repository in set()
}

immutable_elsewhere contains repository if {
	some repository in set()
}

signed(uri) if {
	some repository in signed_elsewhere
	regex.match(sprintf("/%s[:@]", [repository]), uri)
}

# So the engine calls the account of a stack that names none, as no stack of ours does.
ours(uri) if startswith(uri, "123456789012.dkr.ecr.")

pinned(uri) if regex.match(`@sha256:([0-9a-f]{64}$|\{)`, uri)

# A tag that the registry never lets move names one image as a digest does.
pinned(uri) if {
	some repository in immutable_elsewhere
	regex.match(sprintf("/%s:[^:]+$", [repository]), uri)
}

violation contains denied(
	"LV-UnsignedImage", found.name, found.path,
	sprintf("%s is not from a repository of this account whose images are signed on push", [found.uri]),
	"push it to the account's ECR, under an AWS::ECR::SigningConfiguration of the same template",
) if {
	some found in image
	not signed_here(found.uri)
}

signed_here(uri) if {
	ours(uri)
	signed(uri)
}

violation contains denied(
	"LV-UnsignedImage", found.name, found.path,
	sprintf("%s can become another image after it was signed and checked", [found.uri]),
	"pin it by digest: …@sha256:…",
) if {
	some found in image
	not pinned(found.uri)
}
