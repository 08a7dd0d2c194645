"""How strong a model a prompt needs, told from its text alone, before any model is asked."""

from collections.abc import Mapping
from math import exp

from labverse.route.complexity_cues import choice_cues, open_cues, read
from labverse.route.complexity_weights import CHOICE, CHOICE_BIAS

# Free tasks have no public labels that we may fit to. These are priors: a word problem is the
# harder the more steps it takes, and each cue counts some of the steps. They are near equal in
# units of their spread over such problems, as unit weights carry over best to data never seen.
_OPEN = {
    "length": 0.72,
    "numbers": 0.69,
    "sentences": 0.30,
    "relations": 0.36,
    "shares": 0.48,
    "measures": 0.27,
    "sequence": 0.33,
    "names": 0.24,
    "long_numbers": 0.24,
    "reasoning": 2.20,
    "symbols": 0.15,
}
_OPEN_BIAS = -6.9


def score(prompt: str) -> float:
    """In [0, 1], higher for a prompt that a stronger model answers and a weaker one does not.

    Two scales, for questions with options and for free tasks; each orders prompts of its kind.
    Any text has a score; the time is bounded whatever its length (complexity_cues).
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
