"""A prompt taken apart: what is asked, and the answers to choose from if there are any.

Only a bounded part of a prompt is read, so the time that any cue takes is bounded too.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log1p

MOST_CHARACTERS = 1024
"""Read from the front, and as many from the end: there stand the task and the question."""

WORD = re.compile(r"[a-z']+")
SYMBOL = re.compile(r"[=+*^<>\\{}|~\u2200-\u22ff]")
_OPTION = re.compile(r"\n *\(?([A-J])[.):][ \t]+")
_SOURCE = re.compile(
    r"refers? to the following|read the following"
    r"|(?:according to|based on|from) the (?:above|following|passage|excerpt|text)"
)

_SENTENCE = 160  # Characters in which a question says that it is about a text.


@dataclass(frozen=True)
class Prompt:
    """A prompt in two parts. `stem` and `options` are excerpts; `length` counts all characters."""

    stem: str
    options: tuple[str, ...]
    length: int

    @property
    def asked(self) -> int:
        """Characters of what is asked: a text that comes with its question makes it no harder."""
        first, _, rest = self.stem.strip().partition("\n")
        last = rest[rest.rfind("\n") + 1 :]
        if last and _SOURCE.search(f"{first[:_SENTENCE]}\n{last[:_SENTENCE]}".lower()):
            return len(last)
        return max(0, self.length - sum(map(len, self.options)))


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


def words(text: str) -> frozenset[str]:
    """A list of words as a cue keeps it."""
    return frozenset(text.split())


def count(cues: Collection[str], among: Sequence[str]) -> float:
    """How often they appear, as a logarithm: a tenth adds less than a first."""
    return log1p(sum(map(cues.__contains__, among)))
