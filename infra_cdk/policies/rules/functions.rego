# What every function and workflow has, so that no failure goes unseen.
package labverse

import rego.v1

violation contains denied(
	"LV-FunctionPlatform", name, "Properties.Runtime",
	sprintf("runs on %s on %s", [text(property(name, ["Runtime"], "an image")), text(property(name, ["Architectures"], ["x86_64"]))]),
	"use python3.13 on arm64: infra_cdk.constructs.function.CapabilityFunction",
) if {
	some name in resources_of_type("AWS::Lambda::Function")
	not right_platform(name)
}

right_platform(name) if {
	property(name, ["Architectures"], ["x86_64"]) == ["arm64"]
	property(name, ["Runtime"], "") == "python3.13"
}

right_platform(name) if {
	property(name, ["Architectures"], ["x86_64"]) == ["arm64"]
	property(name, ["PackageType"], "Zip") == "Image"
}

violation contains denied(
	"LV-UntracedFunction", name, "Properties.TracingConfig",
	"requests cannot be followed into this function",
	"set tracing to Active",
) if {
	some name in resources_of_type("AWS::Lambda::Function")
	property(name, ["TracingConfig", "Mode"], "PassThrough") != "Active"
}

# Without a log group of its own, Lambda makes one that keeps everything for ever.
violation contains denied(
	"LV-LogWithoutRetention", name, "Properties.LoggingConfig",
	"Lambda will make a log group for it that keeps everything for ever",
	"give it a log group with a retention",
) if {
	some name in resources_of_type("AWS::Lambda::Function")
	not property(name, ["LoggingConfig", "LogGroup"], false)
}

violation contains denied(
	"LV-LogWithoutRetention", name, "Properties.RetentionInDays",
	"the log group keeps everything for ever",
	"set its retention from config (log_retention_days)",
) if {
	some name in resources_of_type("AWS::Logs::LogGroup")
	not property(name, ["RetentionInDays"], false)
}

violation contains denied(
	"LV-FunctionInVpc", name, "Properties.VpcConfig",
	"a function in a VPC reaches the internet only through a NAT gateway, which we do not pay for",
	"reach private things through the API's private link",
) if {
	some name in resources_of_type("AWS::Lambda::Function")
	property(name, ["VpcConfig"], false)
}

# Callers that do not wait: Lambda retries for them, and then drops the event.
asynchronous := {"events.amazonaws.com", "sns.amazonaws.com", "s3.amazonaws.com"}

# The function behind what a permission names: itself, its alias or its version.
behind(value) := value.__ref if input.resources[value.__ref].resourceType == "AWS::Lambda::Function"

behind(value) := input.resources[value.__ref].properties.FunctionName.__ref if {
	input.resources[value.__ref].resourceType in {"AWS::Lambda::Alias", "AWS::Lambda::Version"}
}

called contains behind(property(permission, ["FunctionName"], null)) if {
	some permission in resources_of_type("AWS::Lambda::Permission")
	property(permission, ["Principal"], "") in asynchronous
}

called contains behind(property(schedule, ["Target", "Arn"], null)) if {
	some schedule in resources_of_type("AWS::Scheduler::Schedule")
}

keeps_failures(name) if property(name, ["DeadLetterConfig", "TargetArn"], false)

keeps_failures(name) if {
	some config in resources_of_type("AWS::Lambda::EventInvokeConfig")
	points_to(property(config, ["FunctionName"], null), name)
	property(config, ["DestinationConfig", "OnFailure", "Destination"], false)
}

violation contains denied(
	"LV-NoDeadLetters", name, "Properties.DeadLetterConfig",
	"events that this function fails on are lost",
	"give it the dead-letter queue",
) if {
	some name in called
	not keeps_failures(name)
}

violation contains denied(
	"LV-NoDeadLetters", name, "Properties.DestinationConfig",
	"records that this mapping's function fails on are lost",
	"give it an on-failure destination",
) if {
	some name in resources_of_type("AWS::Lambda::EventSourceMapping")
	not property(name, ["DestinationConfig", "OnFailure", "Destination"], false)
	not contains(text(property(name, ["EventSourceArn"], "")), "sqs")
	not from_queue(name)
}

# A queue keeps its own: its redrive policy says where they go.
from_queue(name) if {
	source := property(name, ["EventSourceArn"], {}).__ref
	input.resources[source].resourceType == "AWS::SQS::Queue"
}

violation contains denied(
	"LV-UnobservedWorkflow", name, "Properties.LoggingConfiguration",
	"what the workflow did cannot be read anywhere",
	"log to a group with a retention, level ERROR or ALL",
) if {
	some name in resources_of_type("AWS::StepFunctions::StateMachine")
	not logged(name)
}

logged(name) if {
	property(name, ["LoggingConfiguration", "Level"], "OFF") in {"ERROR", "ALL"}
	count(property(name, ["LoggingConfiguration", "Destinations"], [])) > 0
}

violation contains denied(
	"LV-UnobservedWorkflow", name, "Properties.TracingConfiguration",
	"requests cannot be followed into this workflow",
	"enable tracing",
) if {
	some name in resources_of_type("AWS::StepFunctions::StateMachine")
	property(name, ["TracingConfiguration", "Enabled"], false) != true
}

alarm_types := {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"}

violation contains denied(
	"LV-AlarmWithoutAction", name, "Properties.AlarmActions",
	"nobody hears of this alarm",
	"let it publish to the stage's topic: infra_cdk.constructs.alarm",
) if {
	some kind in alarm_types
	some name in resources_of_type(kind)
	not heard(name)
}

heard(name) if {
	actions := property(name, ["AlarmActions"], [])
	is_array(actions)
	count(actions) > 0
	property(name, ["ActionsEnabled"], true) == true
}
