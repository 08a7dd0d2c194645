"""The weight of each cue of a choice: `python -m tests.bench.fit_complexity`.

Fitted to 7658 prompts of 29 subjects: public responses of
a weak and a strong model. `tests.bench.complexity` says how well they carry over.
"""

CHOICE_BIAS = -3.6896
CHOICE: dict[str, float] = {
    "asked": 1.0070,
    "options_length": -0.2762,
    "options_single": -0.6211,
    "options_joint": 5.5516,
    "options_numeric": 0.3086,
    "options_direction": 1.0218,
    "options_reason": 0.1306,
    "long_sum": -3.3111,
    "recall": -0.6692,
    "long_words": -1.2845,
    "money": 0.1929,
    "asides": 0.5402,
}
