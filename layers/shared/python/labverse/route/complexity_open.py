"""Cues of a task to be answered freely: how many quantities, relations and steps it names."""

import re
from math import log1p

from labverse.route.complexity_text import SYMBOL, WORD, Prompt, count, words

_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")

SPELLED = words(
    "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred "
    "thousand million dozen couple pair"
)
RELATION = words(
    "each every per apiece times twice thrice double triple more less fewer than extra additional "
    "many much older younger longer shorter taller faster slower equally same other"
)
SHARE = words(
    "half halves third thirds quarter quarters fourth fifth sixth tenth percent percentage ratio "
    "fraction average rate discount tax interest profit loss off proportion"
)
MEASURE = words(
    "second seconds minute minutes hour hours day days week weeks month months year years cent "
    "cents dollar dollars inch inches foot feet yard yards mile miles meter meters pound pounds "
    "ounce ounces gram grams liter liters gallon gallons daily weekly monthly am pm"
)
SEQUENCE = words(
    "if remaining remainder left rest original originally initial initially first then after "
    "before until total altogether combined still need needs when ago start started"
)
REASONING = words(
    "prove proof derive explain why analyze analyse compare contrast evaluate justify design "
    "optimize optimise debug refactor implement algorithm complexity theorem deduce infer strategy "
    "tradeoff constraints simulate"
)
# Most words of a prompt are none of these: they are left out once, not counted seven times.
_LISTED = SPELLED | RELATION | SHARE | MEASURE | SEQUENCE | REASONING


def open_cues(prompt: Prompt) -> dict[str, float]:
    """Counts and lengths are logarithms."""
    stem = prompt.stem
    among = list(filter(_LISTED.__contains__, WORD.findall(stem.lower())))
    numbers = _NUMBER.findall(stem)
    return {
        "length": log1p(prompt.length),
        "numbers": log1p(len(numbers) + sum(map(SPELLED.__contains__, among))),
        "long_numbers": log1p(sum(len(number) > 2 for number in numbers)),
        "relations": count(RELATION, among),
        "shares": log1p(sum(map(SHARE.__contains__, among)) + stem.count("%")),
        "measures": log1p(len(MEASURE.intersection(among))),
        "sequence": count(SEQUENCE, among),
        "reasoning": count(REASONING, among),
        "symbols": log1p(len(SYMBOL.findall(stem))),
    }
