"""How many tokens a text may be, without a tokenizer: bounds by class of character.

Measured against o200k: chars/4 counts prose half again too high, and JSON, identifiers and Chinese
at half or less. So each class has its own density, and money is reserved by the upper bound.
"""

import string

# Tokens per character, by class, that o200k did not exceed on prose, code, JSON, hexadecimal ids,
# Chinese, Russian, Amharic and emoji (tests/unit/route/test_tokens.py holds the counts).
_LETTERS, _SPACES, _OTHER_ASCII, _BEYOND = 0.5, 0.5, 0.8, 2.0
_DROP_LETTERS = dict.fromkeys(map(ord, string.ascii_letters))
_DROP_SPACES = dict.fromkeys(map(ord, string.whitespace))
# What a message costs beyond its text: role marks and separators.
_PER_MESSAGE = 8
_MOST_CHARACTERS_PER_TOKEN = 8


def upper_bound(text: str, messages: int = 1) -> int:
    """Tokens that `text` surely does not exceed, in `messages` messages."""
    without_letters = text.translate(_DROP_LETTERS)
    rest = without_letters.translate(_DROP_SPACES)
    ascii_rest = len(rest.encode("ascii", "ignore"))
    letters = len(text) - len(without_letters)
    spaces = len(without_letters) - len(rest)
    beyond = len(rest) - ascii_rest
    tokens = letters * _LETTERS + spaces * _SPACES + ascii_rest * _OTHER_ASCII + beyond * _BEYOND
    return int(tokens) + 1 + messages * _PER_MESSAGE


def lower_bound(text: str) -> int:
    """Tokens that `text` surely has: what does not fit by this count fits nowhere."""
    return len(text) // _MOST_CHARACTERS_PER_TOKEN
