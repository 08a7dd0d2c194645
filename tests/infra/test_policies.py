"""Least privilege: named actions on named resources, and a written reason for what is wider."""

import pytest

from tests.infra.assembly import Assembly
from tests.infra.statements import Statement, managed_policies, statements

# Construct path and resource → why nothing narrower is possible. Only whole-`*` and patterns that
# stand for more than one thing of ours need a row.
_TRACES = "X-Ray has no resources that a statement could name"
WIDE_RESOURCES: dict[tuple[str, str], str] = {
    ("Key", "*"): "in a key's own policy `*` is that key",
    ("Observe/HttpRole/DefaultPolicy", "*"): _TRACES,
    ("Ollama/Task/ExecutionRole/DefaultPolicy", "*"): "ECR gives its token for a whole registry, "
    "and what it opens is what the other statement names",
    ("Route/EventRole/DefaultPolicy", "*"): _TRACES,
    ("Route/HttpRole/DefaultPolicy", "*"): _TRACES,
    ("Route/TaskRole/DefaultPolicy", "*"): _TRACES,
    ("Route/Workflow/Role/DefaultPolicy", "*"): f"{_TRACES}, nor have CloudWatch's log deliveries",
}
WIDE_ACTIONS: dict[tuple[str, str], str] = {
    ("Key", "kms:*"): "the account's administrators: without them nobody could ever change the key",
    ("Key", "kms:GenerateDataKey*"): "KMS' own family of one action, for Secrets Manager alone",
    ("Key", "kms:ReEncrypt*"): "the same",
}
MANAGED_POLICIES: dict[tuple[str, str], str] = {}
TABLE = "tests/infra/test_policies.py"


def faults(statement: Statement) -> list[str]:
    """What is too wide about one statement."""
    if statement.effect != "Allow":
        return []
    found = [
        f"{statement.place} allows action {action!r}: name the actions it needs"
        for action in statement.actions
        if ("*" in action or action.startswith("not "))
        and (statement.place, action) not in WIDE_ACTIONS
    ]
    found += [
        f"{statement.place} allows {', '.join(statement.actions)} on {resource!r}: name the "
        f"resource, or write the reason into WIDE_RESOURCES of {TABLE}"
        for resource in statement.resources
        if ("*" in resource or resource.startswith("not "))
        and (statement.place, resource) not in WIDE_RESOURCES
    ]
    found += [
        f"{statement.place} trusts everybody ({principal}): name who"
        for principal in statement.principals
        if principal.endswith("*")
    ]
    return found


def test_statements_are_narrow(assembly: Assembly) -> None:
    known = list(statements(assembly))
    assert known, "no IAM statement in the template: is this test reading the right place?"
    found = [fault for statement in known for fault in faults(statement)]
    assert not found, "\n".join(found)


def test_no_managed_policy_without_a_reason(assembly: Assembly) -> None:
    found = [
        f"{path} has the managed policy {policy}: grant what is needed, or write the reason into "
        f"MANAGED_POLICIES of {TABLE}"
        for path, policy in managed_policies(assembly)
        if (path, policy) not in MANAGED_POLICIES
    ]
    assert not found, "\n".join(found)


def test_reasons_are_still_needed(local: Assembly) -> None:
    known = list(statements(local))
    wide = {(s.place, resource) for s in known for resource in s.resources}
    actions = {(s.place, action) for s in known for action in s.actions}
    unused = sorted((WIDE_RESOURCES.keys() - wide) | (WIDE_ACTIONS.keys() - actions))
    assert not unused, f"{unused} of {TABLE} match no statement: delete them"


def test_permissions_name_their_source(assembly: Assembly) -> None:
    """A Lambda permission without a source lets anybody's API call the function."""
    open_ = [
        resource.path
        for resource in assembly.resources("AWS::Lambda::Permission")
        if not {"SourceArn", "SourceAccount"} & resource.properties.keys()
    ]
    assert not open_, f"{open_} may be used by anybody's resource: give a SourceArn"


GOOD = Statement("Place", ("{Role}",), "Allow", ("s3:GetObject",), ("arn:x",), ("Service:lambda",))
WIDE = {
    "action '*'": GOOD._replace(actions=("*",)),
    "action 's3:*'": GOOD._replace(actions=("s3:GetObject", "s3:*")),
    "action 'not s3:Put'": GOOD._replace(actions=("not s3:Put",)),
    "on '*'": GOOD._replace(resources=("*",)),
    "trusts everybody (AWS:*)": GOOD._replace(principals=("AWS:*",)),
}


@pytest.mark.parametrize("told", WIDE)
def test_a_wide_statement_is_found(told: str) -> None:
    assert faults(GOOD) == []
    assert any(told in fault for fault in faults(WIDE[told]))
