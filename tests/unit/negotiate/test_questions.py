"""What a person is asked, and what whoever waits is told where nobody could be asked."""

import json
from datetime import UTC, datetime

import pytest

from labverse.approve.asking import Ask as Asked
from labverse.negotiate.asking import MOST_FACTS, ask
from labverse.negotiate.breaking import why
from labverse.negotiate.models import AgentUplift, Caution, ImpactNote, Negotiation
from labverse.negotiate.states import Mode, State
from tests.unit.negotiate.a2a.desk import DEAL

CODES = ("bounded", "ties", "indifferent", "dominating", "suspect_units", "not_kept")
UPLIFT = {
    "mean": 7.0, "ci95": (6, 8), "pi90": (-1, 20), "probability_of_gain": 0.9, "worst_mean": -2.0,
}  # fmt: skip


def record(agents: int, cautions: int) -> Negotiation:
    names = tuple(f"agent{place}" for place in range(agents))
    gains = [
        AgentUplift(agent=name, **{**UPLIFT, "mean": -place}) for place, name in enumerate(names)
    ]
    impact = ImpactNote(
        **UPLIFT, per_agent=gains, wider_ci95=(5, 9), draws=1000, seed="0", kept=None
    )
    now = datetime(2026, 11, 24, tzinfo=UTC)
    warnings = [Caution(code=code, message=f"{code}!", agents=names[:1]) for code in CODES]
    return Negotiation(
        id="n", mode=Mode.SINGLE, state=State.WAITING, goal="Reach", platforms=names,
        requester="key:k", created_at=now, updated_at=now, deal=DEAL, impact=impact,
        warnings=warnings[:cautions],
    )  # fmt: skip


@pytest.mark.parametrize("agents", range(2, 9))
@pytest.mark.parametrize("cautions", [0, 2, 3, 4, 6])
def test_whatever_there_is_to_say_is_said_in_a_question_that_can_be_asked(
    agents: int, cautions: int
) -> None:
    told = record(agents, cautions)
    asked = Asked.model_validate(ask(told, DEAL).model_dump(mode="json"))
    assert len(asked.facts) <= MOST_FACTS
    said = "\n".join(f"{fact.label}: {fact.value}" for fact in asked.facts)
    assert DEAL.words in said
    assert all(name in said for name in told.platforms)
    assert all(f"agent0: {code}!" in said for code in CODES[:cautions])


def test_of_many_who_gains_least_comes_first() -> None:
    (line,) = [one.value for one in ask(record(8, 0), DEAL).facts if one.label.startswith("Gains")]
    assert line.startswith("agent7 -7; agent6 -6")


@pytest.mark.parametrize(
    ("error", "cause", "told"),
    [
        (
            "Refused",
            {"errorMessage": "fewer than 2 people may"},
            "refused: fewer than 2 people may",
        ),
        ("Refused", {}, "refused"),
        ("KeyError", {"errorMessage": "'secret'"}, "interrupted: KeyError"),
        ("States.Timeout", None, "interrupted: States.Timeout"),
        ("Unavailable", "no JSON", "unavailable"),
        ("Conflict", ["errorMessage"], "conflict"),
        ("Conflict", {"errorMessage": 3}, "conflict"),
    ],
)
def test_why_a_workflow_broke_is_said_in_words_of_ours_alone(
    error: str, cause: object, told: str
) -> None:
    given = cause if isinstance(cause, str) or cause is None else json.dumps(cause)
    assert why(error, given) == told


def test_a_cause_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    cause = json.dumps({"errorMessage": "nobody may", "stackTrace": ["x" * 5000]})[:4000]
    assert why("Refused", cause) == "refused: nobody may"
