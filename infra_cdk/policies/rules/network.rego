# What the outside can reach, and how much of it.
package labverse

import rego.v1

# Stages of an HTTP or WebSocket API.
violation contains denied(
	"LV-UnthrottledApi", name, "Properties.DefaultRouteSettings",
	"one client can use all of the account's concurrency",
	"set ThrottlingRateLimit and ThrottlingBurstLimit",
) if {
	some name in resources_of_type("AWS::ApiGatewayV2::Stage")
	some limit in {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
	not property(name, ["DefaultRouteSettings", limit], 0) > 0
}

violation contains denied(
	"LV-ApiWithoutAccessLog", name, "Properties.AccessLogSettings",
	"who asked what, and was refused, cannot be read anywhere",
	"write an access log to a group with a retention",
) if {
	some name in resources_of_type("AWS::ApiGatewayV2::Stage")
	not property(name, ["AccessLogSettings", "DestinationArn"], false)
}

world := {"0.0.0.0/0", "::/0"}

from_world(rule) if rule.CidrIp in world

from_world(rule) if rule.CidrIpv6 in world

violation contains denied(
	"LV-OpenIngress", name, sprintf("Properties.SecurityGroupIngress.%d", [i]),
	"the whole internet may connect",
	"name who may connect",
) if {
	some name in resources_of_type("AWS::EC2::SecurityGroup")
	some i, rule in property(name, ["SecurityGroupIngress"], [])
	from_world(rule)
}

violation contains denied(
	"LV-OpenIngress", name, "Properties",
	"the whole internet may connect",
	"name who may connect",
) if {
	some name in resources_of_type("AWS::EC2::SecurityGroupIngress")
	from_world(input.resources[name].properties)
}
