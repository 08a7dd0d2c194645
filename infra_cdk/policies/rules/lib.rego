# What the rules share. `input.resources` is the engine's resolved model of one template: values are
# literals, or objects that stand for what only a deployment knows (`__ref`, `__dynamic`, …). A rule
# therefore denies whatever is not plainly good, never only what is plainly bad.
package labverse

import rego.v1

# A finding: what is wrong, and what to do about it.
denied(id, name, path, told, todo) := make_diag_full(id, "ERROR", name, path, told, todo, "")

# One thing stands for a list of one in many places of CloudFormation.
listed(x) := x if is_array(x)

listed(x) := [x] if not is_array(x)

property(name, path, otherwise) := object.get(input.resources[name].properties, path, otherwise)

# Text in which a wildcard or a secret can be looked for, whatever the value is made of.
text(x) := x if is_string(x)

text(x) := json.marshal(x) if not is_string(x)

# Whether `value` is the resource `target`, or an attribute of it.
points_to(value, target) if value.__ref == target

points_to(value, target) if value == target

stage_of(name) := tag.Value if {
	some tag in listed(property(name, ["Tags"], []))
	tag.Key == "labverse:stage"
}
