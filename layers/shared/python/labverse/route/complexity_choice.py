"""Cues of a question with options: its form, its size, and words that call for reasoning.

They are of kinds that every subject has. Words of one subject would tell which subject it is, and
nothing about the next one.
"""

import re
from collections.abc import Sequence
from itertools import chain
from math import log1p

from labverse.route.complexity_text import SYMBOL, WORD, Prompt, count, words

DIRECTION = words(
    "more less fewer greater larger smaller higher lower than increase increases increased "
    "increasing decrease decreases decreased decreasing rise rises fall falls faster slower twice "
    "half double same equal above below change changes unchanged constant longer shorter"
)
REASON = words("because since if unless but")
RECALL = words("who where called term known name named refer refers referred defined definition")

_PART = re.compile(r"[;,]| and | but | or ")
# A quantity with its unit, or a function applied.
_QUANTITY = re.compile(
    r"\d ?(?:[kcmn]?(?:m|g|s|A|V|W|J|N|Hz|eV|K|L|M|C|T)|mol|atm|Pa)\b|\b[A-Za-z]\("
)
# Times, dot, degree, powers, and Greek.
_GREEK = re.compile("[\u00d7\u00b7\u00b0\u00b2\u00b3\u0370-\u03ff\u207b]")
_VERDICT = 30  # An option of fewer characters names verdicts; a longer one argues.
_UNIT = 3  # Words at most beside a value.
_LONG_WORD = 9
_AT_SIGHT = 60  # Characters of a sum that is answered at sight.
_TECHNICAL = 3  # Marks of notation that make a text technical throughout.


def choice_cues(prompt: Prompt) -> dict[str, float]:
    """Counts and lengths are logarithms."""
    stem, options = WORD.findall(prompt.stem.lower()), "\n".join(prompt.options)
    spoken = [WORD.findall(option.lower()) for option in prompt.options]
    answers = list(chain.from_iterable(spoken))
    valued = [any(map(str.isdigit, option)) for option in prompt.options]
    verdicts = [option for option in prompt.options if len(option) < _VERDICT]
    size = max(1, len(spoken))
    single = sum(len(each) == 1 and not value for each, value in zip(spoken, valued, strict=True))
    numeric = sum(len(each) <= _UNIT and value for each, value in zip(spoken, valued, strict=True))
    return {
        "asked": log1p(prompt.asked),
        "options_length": log1p(len(options)),
        "options_single": single / size,
        "options_joint": _repeated(verdicts) * len(verdicts) / size,
        "options_numeric": numeric / size,
        "options_direction": count(DIRECTION, answers),
        "options_reason": count(REASON, answers),
        "long_sum": numeric / size * _long_sum(prompt.stem, options) if numeric else 0.0,
        "recall": count(RECALL, stem),
        "long_words": sum(map(_LONG_WORD.__le__, map(len, stem))) / (len(stem) + 1),
        "money": log1p(prompt.stem.count("$")),
        "asides": log1p(prompt.stem.count("(") + options.count("(")),
    }


def _repeated(options: Sequence[str]) -> float:
    """How far the options are combinations of the same few parts, as "True, False" or "I and II".

    All parts must be judged right, so a weaker model's chance falls with its power.
    """
    parts = [part.strip(" .") for option in options for part in _PART.split(option.lower())]
    return 1 - len(set(parts)) / max(1, len(parts))


def _long_sum(stem: str, options: str) -> float:
    """The length of a technical calculation beyond what is seen at once.

    Chosen from options, without working, the strong model fails at it as well.
    """
    text = f"{stem}\n{options}"
    marks = sum(len(cue.findall(text)) for cue in (SYMBOL, _QUANTITY, _GREEK))
    beyond = max(0.0, log1p(len(stem)) - log1p(_AT_SIGHT))
    return min(1.0, marks / _TECHNICAL) * beyond
