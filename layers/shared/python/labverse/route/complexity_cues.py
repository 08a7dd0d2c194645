"""What a prompt shows of how hard it is: its form, its size, and words that call for reasoning.

Cues are of kinds that every subject has. Words of one subject would tell which subject it is, and
nothing about the next one. Only a bounded part of a prompt is read, so the time is bounded too.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import log1p

MOST_CHARACTERS = 2048
"""Read from the front, and as many from the end: there stand the task and the question."""

_OPTION = re.compile(r"\n *\(?([A-J])[.):][ \t]+")
_WORD = re.compile(r"[a-z']+")
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_SENTENCE = re.compile(r"[.?!](?:\s|$)")
_SYMBOL = re.compile(r"[=+*^<>\\{}|~\u2200-\u22ff]")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DIRECTION = _words(
    "more less fewer greater larger smaller higher lower than increase increases increased "
    "increasing decrease decreases decreased decreasing rise rises fall falls faster slower twice "
    "half double same equal above below change changes unchanged constant longer shorter"
)
REASON = _words("because since if unless but")
HYPOTHESIS = _words("if suppose assume assuming would could should imagine unless given")
RECALL = _words("who where called term known name named refer refers referred defined definition")
PERSON = _words("he she his her him they their i my me we you")
SPELLED = _words(
    "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred "
    "thousand million dozen couple pair"
)
RELATION = _words(
    "each per every times twice thrice double triple more less fewer than as many much older "
    "younger longer taller faster equally same other"
)
SHARE = _words(
    "half halves third thirds quarter quarters fourth fifth tenth percent percentage ratio "
    "fraction average rate discount tax interest profit loss off proportion"
)
MEASURE = _words(
    "second seconds minute minutes hour hours day days week weeks month months year years cent "
    "cents dollar dollars inch inches foot feet yard yards mile miles meter meters pound pounds "
    "ounce ounces gram grams liter liters gallon gallons daily weekly monthly"
)
SEQUENCE = _words(
    "if remaining remainder left rest original originally initial initially first then after "
    "before until total altogether combined still need needs when"
)
REASONING = _words(
    "prove proof derive explain why analyze analyse compare contrast evaluate justify design "
    "optimize optimise debug refactor implement algorithm complexity theorem deduce infer strategy "
    "tradeoff constraints simulate"
)


@dataclass(frozen=True)
class Prompt:
    """A prompt in two parts. `stem` and `options` are excerpts; `length` counts all characters."""

    stem: str
    options: tuple[str, ...]
    length: int


def read(text: str) -> Prompt:
    """Part the answers to choose from, if there are any, from what is asked."""
    length = len(text)
    if length > 2 * MOST_CHARACTERS:
        text = f"{text[:MOST_CHARACTERS]}\n{text[-MOST_CHARACTERS:]}"
    marks = list(_OPTION.finditer(text))
    # The last A: an earlier list belongs to what is asked.
    starts = [at for at, mark in enumerate(marks) if mark[1] == "A"]
    marks = marks[starts[-1] :] if starts else []
    if len(marks) < 2:
        return Prompt(text, (), length)
    ends = [mark.start() for mark in marks[1:]]
    # What follows the last option's line is an instruction, as "Answer:".
    last = text.find("\n", marks[-1].end())
    ends.append(last if last >= 0 else len(text))
    options = tuple(text[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True))
    return Prompt(text[: marks[0].start()], options, length)


def choice_cues(prompt: Prompt) -> dict[str, float]:
    """Cues of a question with options. Counts are logarithms: a tenth adds less than a first."""
    lowered = prompt.stem.lower()
    stem, options = _WORD.findall(lowered), "\n".join(prompt.options)
    answers = _WORD.findall(options.lower())
    size = len(stem) + 1
    written = len(options)
    return {
        "stem_length": log1p(max(0, prompt.length - written)),
        "options_length": log1p(written),
        "options_single": _share(prompt.options, _is_one_word),
        "options_listed": _share(prompt.options, _is_list),
        "options_direction": _count(DIRECTION, answers),
        "options_reason": _count(REASON, answers),
        "hypothesis": _count(HYPOTHESIS, stem),
        "person": _count(PERSON, stem),
        "recall": _count(RECALL, stem),
        "names": sum(map(str.istitle, prompt.stem.split())) / size,
        "long_words": sum(len(word) > 8 for word in stem) / size,
        "money": log1p(prompt.stem.count("$")),
        "asides": log1p(prompt.stem.count("(") + options.count("(")),
        "symbols": log1p(len(_SYMBOL.findall(prompt.stem)) + len(_SYMBOL.findall(options))),
    }


def open_cues(prompt: Prompt) -> dict[str, float]:
    """Cues of a task to be answered freely: how many quantities, relations and steps it names."""
    stem = prompt.stem
    words = _WORD.findall(stem.lower())
    numbers = _NUMBER.findall(stem)
    return {
        "length": log1p(prompt.length),
        "numbers": log1p(len(numbers) + sum(map(SPELLED.__contains__, words))),
        "long_numbers": log1p(sum(len(number) > 2 for number in numbers)),
        "sentences": log1p(len(_SENTENCE.findall(stem))),
        "relations": _count(RELATION, words),
        "shares": log1p(sum(map(SHARE.__contains__, words)) + stem.count("%")),
        "measures": log1p(len(MEASURE.intersection(words))),
        "sequence": _count(SEQUENCE, words),
        "names": log1p(len({word for word in stem.split()[1:] if word.istitle()})),
        "reasoning": _count(REASONING, words),
        "symbols": log1p(len(_SYMBOL.findall(stem))),
    }


def _count(cues: Collection[str], words: Sequence[str]) -> float:
    return log1p(sum(map(cues.__contains__, words)))


def _share(options: Sequence[str], shows: Callable[[str], bool]) -> float:
    return sum(map(shows, options)) / max(1, len(options))


def _is_one_word(option: str) -> bool:
    return len(_WORD.findall(option.lower())) == 1 and not any(map(str.isdigit, option))


def _is_list(option: str) -> bool:
    return "," in option or ";" in option
