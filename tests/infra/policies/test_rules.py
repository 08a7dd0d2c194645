"""Every rule denies what it is for, by its own name, and passes what is nearest to it."""

import itertools
import re
from pathlib import Path

import pytest

from infra_cdk import policies
from tests.infra.policies.judge import Case, Finding, cases, good, judge

CASES = list(cases())
RULE = re.compile(r'"(LV-\w+)"')


def _declared() -> set[str]:
    return {rule for text in policies.sources().values() for rule in RULE.findall(text)}


def _numbered() -> dict[str, str]:
    """Our rules with a number at each place that denies: `LV-PublicBucket.3`."""
    count = itertools.count()
    return {
        name: RULE.sub(lambda hit: f'"{hit[1]}.{next(count)}"', text)
        for name, text in policies.sources().items()
    }


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[Finding]]:
    """All cases judged at once: building the engine costs seconds, a template milliseconds."""
    templates = {case.name: case.template for case in CASES}
    folder = tmp_path_factory.mktemp("judged")
    return judge(_numbered(), {**templates, "good": good()}, folder)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_exactly_that_is_denied(case: Case, found: dict[str, set[Finding]]) -> None:
    named = {Finding(hit.rule.partition(".")[0], hit.place) for hit in found[case.name]}
    assert named == {Finding(case.rule, place) for place in case.places}


def test_the_good_template_is_good(found: dict[str, set[Finding]]) -> None:
    assert found["good"] == set()


def test_every_rule_has_a_denied_and_an_allowed_case() -> None:
    denied = {case.rule for case in CASES if case.places}
    allowed = {case.rule for case in CASES if not case.places}
    rules = _declared()
    assert rules, "no rule found: is this test reading the right folder?"
    assert rules == denied == allowed, (
        f"in tests/infra/policies/denied_*.yaml: {sorted(rules - denied)} need a denied case, "
        f"{sorted(rules - allowed)} an allowed one; "
        f"no rule is called {sorted((denied | allowed) - rules)}"
    )


def test_no_part_of_a_rule_can_be_removed(found: dict[str, set[Finding]]) -> None:
    """For each place that denies there is a case that only it denies: without it, that passes."""
    alone = {
        hit.rule for hits in found.values() for hit in hits if len({h.rule for h in hits}) == 1
    }
    every = {rule for text in _numbered().values() for rule in re.findall(r'"(LV-\w+\.\d+)"', text)}
    assert every == alone, f"no case shows that {sorted(every - alone)} are needed: add one"


def test_an_engine_is_built_once_for_the_same_rules() -> None:
    """A dozen of them fill the memory of CDK's process."""
    rules = _numbered()
    assert policies.engine(rules) is policies.engine(dict(rules))


def test_without_our_rules_nothing_is_denied(tmp_path: Path) -> None:
    denied = {case.name: case.template for case in CASES if case.places}
    found = judge({}, denied, tmp_path)
    assert {name: hits for name, hits in found.items() if hits} == {}
