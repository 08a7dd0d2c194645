"""The score of a prompt: of any text, in bounded work, and in the order that people would give."""

import itertools
import math
import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labverse.route.complexity import _OPEN, score
from labverse.route.complexity_choice import choice_cues
from labverse.route.complexity_open import open_cues
from labverse.route.complexity_text import MOST_CHARACTERS, read
from labverse.route.complexity_weights import CHOICE
from tests.unit.route.word_problems import PROBLEMS

# Lone surrogates too: JSON can carry them.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
LINES = st.lists(st.sampled_from(["A. 1", "B) two", "(C) x,y", "D: ", "Answer:", "", "A."]))

# The easier first: more steps, more relations, or reasoning in place of recall.
PAIRS = [
    ("What is the capital of France?", "Why is Paris the capital of France? Compare it with Lyon."),
    (
        "Maria bakes 24 muffins. She gives 6 away and eats 2. How many muffins are left?",
        "Maria bakes 24 muffins. She gives a quarter away and sells the rest for $3 each. After "
        "paying 10% tax, how much more than the $20 that she spent on flour did she get?",
    ),
    (
        "Tom has 5 coins. Ann has 3 coins. How many coins do they have in total?",
        "Tom has 5 coins more than Ann. Ann has twice as many coins as Bob, who has 12. How many "
        "coins do they have in total?",
    ),
    ("Write a poem.", "Prove that the algorithm ends, and derive its complexity."),
    (
        "What is the term for a market with one seller?\nA. Monopoly\nB. Oligopoly\nC. Cartel\n"
        "D. Monopsony\nAnswer:",
        "If the central bank sells bonds while taxes fall, what would happen?\n"
        "A. Interest rates rise; output increases\nB. Interest rates fall; output decreases\n"
        "C. Interest rates rise; output may change either way\n"
        "D. Interest rates fall; output is unchanged\nAnswer:",
    ),
]

EDGES = ["", "\0", "\ud800", "\udfff" * 9, "\n", "A. x\nB. y", "\nA. \nB. ", "\nB. 1\nA. 2"]
# Each would be slow for a pattern that backtracks, or for a count that grows with the text.
LONG = [
    "x" * 1_000_000, " " * 1_000_000, "\n" * 1_000_000, "1." * 500_000, "\nA. " * 250_000,
    "\n" + " " * 999_999, "((((" * 250_000, "\U0001f600" * 1_000_000, "more than if 3% " * 62_500,
]  # fmt: skip


@given(ANY_TEXT)
def test_any_text_has_a_score(prompt: str) -> None:
    found = score(prompt)
    assert math.isfinite(found)
    assert 0 <= found <= 1
    assert found == score(prompt)


@given(ANY_TEXT, LINES)
def test_any_options_have_a_score(stem: str, lines: list[str]) -> None:
    assert 0 <= score("\n".join([stem, *lines])) <= 1


@pytest.mark.parametrize("prompt", [*EDGES, *LONG])
def test_extremes_have_a_score(prompt: str) -> None:
    assert 0 <= score(prompt) <= 1


@pytest.mark.parametrize(("easier", "harder"), PAIRS)
def test_the_harder_of_two_has_the_higher_score(easier: str, harder: str) -> None:
    assert score(easier) < score(harder)


@pytest.mark.parametrize(
    "more", [" She has 3 more than Tom.", " Half of the 12 remaining are red."]
)
def test_one_more_condition_makes_a_task_harder(more: str) -> None:
    assert score(f"Ann has 7 marbles.{more} How many are left?") > score(
        "Ann has 7 marbles. How many are left?"
    )


def test_word_problems_are_ordered_by_their_steps_better_than_by_length() -> None:
    pairs = [
        (less, more)
        for (few, less), (many, more) in itertools.product(PROBLEMS, repeat=2)
        if few < many
    ]
    by_score = sum(score(less) < score(more) for less, more in pairs) / len(pairs)
    by_length = sum(len(less) < len(more) for less, more in pairs) / len(pairs)
    assert by_score > 0.8
    assert by_score > by_length


def test_scores_are_spread_and_not_all_at_an_end() -> None:
    found = [score(prompt) for pair in PAIRS for prompt in pair]
    assert max(found) - min(found) > 0.3
    assert all(0.001 < each < 0.999 for each in found)


def _asks(stem: str, *options: str) -> str:
    marked = (f"{mark}. {option}" for mark, option in zip("ABCD", options, strict=True))
    return "\n".join([stem, *marked, "Answer:"])


def test_two_verdicts_at_once_are_harder_than_one() -> None:
    stem = "One says that all swans are white, and one that no raven is. Which is so?"
    one = _asks(stem, "The first", "The second", "Both of these", "None of these")
    two = _asks(stem, "True, True", "True, False", "False, True", "False, False")
    assert score(one) < score(two)


def test_a_long_technical_sum_among_options_gains_less_than_the_same_without_notation() -> None:
    """Neither model works it out when it has to choose at once."""
    options = ("12", "24", "36", "48")
    told = "A cart of twelve and one of three kilograms roll at four meters per second. How far?"
    noted = "A cart of m = 12 kg, and one of n = 3 kg, roll at v = 4 m/s and f(t) = v*t. How far?"
    assert abs(len(told) - len(noted)) < 10
    assert score(_asks(noted, *options)) < score(_asks(told, *options))


def test_a_text_that_comes_with_its_question_makes_it_no_harder() -> None:
    options = ("The river", "The tolls", "The weavers", "The crown")
    question = "Of what do the merchants complain?"
    texts = ["The tolls upon the river were raised. " * times for times in (3, 30)]
    few, many = (
        score(_asks(f"This question refers to the following.\n{text}\n{question}", *options))
        for text in texts
    )
    assert many == pytest.approx(few, abs=0.02)
    assert many < score(_asks(f"{texts[1]}\n{question}", *options))


def test_options_are_told_from_what_is_asked() -> None:
    parts = read("Is this so?\nA. of two\nlines\n(B) another\nAnswer:")
    assert (parts.stem, parts.options) == ("Is this so?", ("of two\nlines", "another"))


def test_a_list_in_the_question_is_no_option() -> None:
    parts = read("Given\nA. red\nB. blue\nwhich is warm?\nA. the first\nB. the second\nAnswer:")
    assert parts.options == ("the first", "the second")


@pytest.mark.parametrize("prompt", ["Plan A. then B.", "\nA. only one", "\nB. x\nC. y"])
def test_without_two_options_it_is_a_free_task(prompt: str) -> None:
    assert read(prompt).options == ()


def test_every_weight_has_its_cue() -> None:
    assert CHOICE.keys() == choice_cues(read("")).keys()
    assert _OPEN.keys() == open_cues(read("")).keys()


@pytest.mark.parametrize("unit", [text[: len(text) // 250_000 or 1] for text in LONG])
def test_a_long_text_is_read_in_part(unit: str) -> None:
    parts = read(unit * 1_000_000)
    assert len(parts.stem) + sum(map(len, parts.options)) <= 2 * MOST_CHARACTERS + 1
    assert parts.length == len(unit) * 1_000_000


@pytest.mark.parametrize("unit", ["x ", "\nA. b", "Half of 3% more. "])
def test_the_work_does_not_grow_beyond_what_is_read(unit: str) -> None:
    some, more = (unit * (size // len(unit)) for size in (20_000, 2_000_000))
    assert _calls(more) <= 1.01 * _calls(some)


def test_the_end_of_a_long_text_counts() -> None:
    filler = "word " * 100_000
    assert open_cues(read(f"{filler} Derive 3 of 4."))["reasoning"] > 0


def _calls(prompt: str) -> int:
    """Calls of Python and C functions that scoring takes."""
    count = 0

    def seen(frame: FrameType, event: str, value: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        score(prompt)
    finally:
        sys.setprofile(before)
    return count
