# Where data rests: private, encrypted, and kept as long as the stage says.
package labverse

import rego.v1

blocks := {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}

violation contains denied(
	"LV-PublicBucket", name, sprintf("Properties.PublicAccessBlockConfiguration.%s", [block]),
	"the bucket can be made public",
	"block all public access (block_public_access=BlockPublicAccess.BLOCK_ALL)",
) if {
	some name in resources_of_type("AWS::S3::Bucket")
	some block in blocks
	property(name, ["PublicAccessBlockConfiguration", block], false) != true
}

violation contains denied(
	"LV-PublicBucket", found.name, sprintf("%s.Principal", [found.path]),
	"the bucket's policy lets everybody in",
	"name the principal",
) if {
	some found in allowed
	input.resources[found.name].resourceType == "AWS::S3::BucketPolicy"
	everybody(found.statement.Principal)
}

violation contains denied(
	"LV-PublicBucket", name, "Properties.AccessControl",
	"an access control list says who may use the bucket, beside its policy",
	"remove AccessControl",
) if {
	some name in resources_of_type("AWS::S3::Bucket")
	text(property(name, ["AccessControl"], "Private")) != "Private"
}

violation contains denied(
	"LV-UnencryptedBucket", name, "Properties.BucketEncryption",
	"the bucket does not say how it encrypts",
	"set BucketEncryption",
) if {
	some name in resources_of_type("AWS::S3::Bucket")
	count(property(name, ["BucketEncryption", "ServerSideEncryptionConfiguration"], [])) == 0
}

queue_encrypted(name) if property(name, ["KmsMasterKeyId"], false)

queue_encrypted(name) if property(name, ["SqsManagedSseEnabled"], false) == true

violation contains denied(
	"LV-UnencryptedQueue", name, "Properties.KmsMasterKeyId",
	"the queue's messages are not encrypted at rest",
	"give it the stage's key",
) if {
	some name in resources_of_type("AWS::SQS::Queue")
	not queue_encrypted(name)
}

violation contains denied(
	"LV-UnencryptedTopic", name, "Properties.KmsMasterKeyId",
	"the topic's messages are not encrypted at rest",
	"give it the stage's key",
) if {
	some name in resources_of_type("AWS::SNS::Topic")
	not property(name, ["KmsMasterKeyId"], false)
}

violation contains denied(
	"LV-UnencryptedFiles", name, "Properties.Encrypted",
	"the file system is not encrypted at rest",
	"set Encrypted",
) if {
	some name in resources_of_type("AWS::EFS::FileSystem")
	property(name, ["Encrypted"], false) != true
}

table_types := {"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"}

table contains name if {
	some kind in table_types
	some name in resources_of_type(kind)
}

violation contains denied(
	"LV-UnencryptedTable", name, "Properties.SSESpecification",
	"the table is not encrypted with a key of this account",
	"give it the stage's key (SSESpecification.SSEEnabled)",
) if {
	some name in table
	property(name, ["SSESpecification", "SSEEnabled"], false) != true
}

# A global table says these once per replica.
holders(name) := [input.resources[name].properties] if input.resources[name].resourceType == "AWS::DynamoDB::Table"

holders(name) := property(name, ["Replicas"], [{}]) if input.resources[name].resourceType == "AWS::DynamoDB::GlobalTable"

violation contains denied(
	"LV-TableWithoutRecovery", name, "Properties.PointInTimeRecoverySpecification",
	"what is written to the table by mistake is lost",
	"enable point-in-time recovery",
) if {
	some name in table
	some holder in holders(name)
	object.get(holder, ["PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"], false) != true
}

kept(name) if {
	input.resources[name].deletionPolicy == "Retain"
	input.resources[name].updateReplacePolicy == "Retain"
}

violation contains denied(
	"LV-TableWithoutRetention", name, "DeletionPolicy",
	"the table does not say what becomes of its data when the stack goes",
	"give it a removal policy: use infra_cdk.constructs.table.Table",
) if {
	some name in table
	not input.resources[name].deletionPolicy in {"Retain", "Delete", "Snapshot", "RetainExceptOnCreate"}
}

violation contains denied(
	"LV-TableWithoutRetention", name, "DeletionPolicy",
	"on prod the table's data goes with its stack",
	"retain it (RemovalPolicy.RETAIN): use infra_cdk.constructs.table.Table",
) if {
	some name in table
	stage_of(name) == "prod"
	not kept(name)
}

# Whoever keeps data beyond the stack also means it to survive a call of DeleteTable.
violation contains denied(
	"LV-TableWithoutRetention", name, "Properties.DeletionProtectionEnabled",
	"the table is retained, yet one call deletes it",
	"enable deletion protection",
) if {
	some name in table
	kept(name)
	some holder in holders(name)
	object.get(holder, "DeletionProtectionEnabled", false) != true
}

violation contains denied(
	"LV-TableWithoutExpiry", name, "Properties.TimeToLiveSpecification",
	"the table's items live for ever",
	"name the attribute by which they expire; where they must stay, write why into infra_cdk/policies/reasons.py",
) if {
	some name in table
	property(name, ["TimeToLiveSpecification", "Enabled"], false) != true
}

stateful := table_types | {
	"AWS::SecretsManager::Secret", "AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SQS::Queue",
	"AWS::EFS::FileSystem", "AWS::Events::Archive", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster",
}

violation contains denied(
	"LV-StatefulInReplaceableStack", name, "Type",
	sprintf("%s holds state in a stack that can be thrown away", [input.resources[name].resourceType]),
	"move it to the data stack and share its name (infra_cdk/constructs/share.py)",
) if {
	some name, res in input.resources
	res.resourceType in stateful
	not contains(text(object.get(input.template, "description", "")), "outlives a deployment")
}
