"""How strong a model a prompt needs, told from its text alone, before any model is asked."""

from collections.abc import Mapping
from math import exp

from labverse.route.complexity_choice import choice_cues
from labverse.route.complexity_open import open_cues
from labverse.route.complexity_text import read
from labverse.route.complexity_weights import CHOICE, CHOICE_BIAS

# Free tasks have no public labels that we may fit to. These are priors: a word problem is the
# harder the longer it is, and the more steps it takes, which the other cues count. In units of
# each cue's spread over such problems, length and quantities weigh 0.32 each, the rest 0.06 to
# 0.18: near equal weights carry over best to data never seen.
_OPEN = {
    "length": 0.86,
    "numbers": 1.00,
    "relations": 0.33,
    "shares": 0.41,
    "measures": 0.26,
    "sequence": 0.20,
    "long_numbers": 0.12,
    "reasoning": 2.20,
    "symbols": 0.15,
}
# A word problem of average length and steps scores a half.
_OPEN_BIAS = -7.1


def score(prompt: str) -> float:
    """In [0, 1], higher for a prompt that a stronger model answers and a weaker one does not.

    Two scales, for questions with options and for free tasks; each orders prompts of its kind.
    Any text has a score; the time is bounded whatever its length (complexity_text).
    """
    parts = read(prompt)
    if parts.options:
        return _logistic(CHOICE_BIAS + _weighed(CHOICE, choice_cues(parts)))
    return _logistic(_OPEN_BIAS + _weighed(_OPEN, open_cues(parts)))


def _weighed(weights: Mapping[str, float], cues: Mapping[str, float]) -> float:
    return sum(weight * cues[name] for name, weight in weights.items())


def _logistic(value: float) -> float:
    # Beyond 30 nothing is left to tell apart, and exp() would overflow.
    return 1 / (1 + exp(-max(-30.0, min(30.0, value))))
