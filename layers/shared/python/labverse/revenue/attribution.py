"""Which channel a conversion is owed to, by five rules; each shares out exactly what there was.

A path is the channels a customer touched in order, how many customers who went this way converted,
and how many did not. `first`, `last` and `linear` (every touch counts alike) look at paths alone.
`markov` asks what would be lost without a channel, `shapley` what it adds to every coalition.
"""

from collections.abc import Callable, Iterable
from typing import Any

from labverse.kernel.errors import FieldError, InvalidInput

_MOST = 1e15  # of one path: sums stay exact to the unit
Path = tuple[tuple[str, ...], float, float]


def attribute(
    paths: Iterable[tuple[tuple[str, ...], float, float]], method: str
) -> dict[str, float]:
    """Conversions by channel, in the order in which channels are first met.

    Channels are any strings. Raises InvalidInput, naming each bad path, for an empty path, counts
    that are negative or not numbers, and a method that we do not know.
    """
    rule = METHODS.get(method)
    if rule is None:
        known = ", ".join(METHODS)
        raise InvalidInput(
            "cannot attribute", [FieldError(field="method", message=f"must be one of {known}")]
        )
    return rule(_read(paths))


def _first(paths: list[Path]) -> dict[str, float]:
    shares = _nothing(paths)
    for touches, conversions, _ in paths:
        shares[touches[0]] += conversions
    return shares


def _last(paths: list[Path]) -> dict[str, float]:
    shares = _nothing(paths)
    for touches, conversions, _ in paths:
        shares[touches[-1]] += conversions
    return shares


def _linear(paths: list[Path]) -> dict[str, float]:
    shares = _nothing(paths)
    for touches, conversions, _ in paths:
        each = conversions / len(touches)
        for channel in touches:
            shares[channel] += each
    return shares


def _shapley(paths: list[Path]) -> dict[str, float]:
    """A coalition earns the conversions whose whole path lies within it.

    Of that game the value is exact without listing coalitions: a path is a unanimity game, which
    splits evenly among the channels it needs (Shapley 1953; Zhao, Mahboobi, Bagheri 2018).
    """
    shares = _nothing(paths)
    for touches, conversions, _ in paths:
        needed = dict.fromkeys(touches)
        for channel in needed:
            shares[channel] += conversions / len(needed)
    return shares


def _markov(paths: list[Path]) -> dict[str, float]:
    """Conversions in proportion to what would be lost if a channel led nowhere.

    Source: Anderl et al. 2016, the removal effect of a chain of order 1; solved, not simulated.
    """
    # Only here: the others need no arrays, and not every function has them.
    from labverse.revenue.chain import removal_effects

    effects = removal_effects([path for path in paths if path[1] + path[2] > 0])
    total, lost = sum(path[1] for path in paths), sum(effects.values())
    owed = {name: total * effect / lost if lost else 0.0 for name, effect in effects.items()}
    return _nothing(paths) | owed


METHODS: dict[str, Callable[[list[Path]], dict[str, float]]] = {
    "first": _first,
    "last": _last,
    "linear": _linear,
    "markov": _markov,
    "shapley": _shapley,
}


def _nothing(paths: list[Path]) -> dict[str, float]:
    return dict.fromkeys((channel for path in paths for channel in path[0]), 0.0)


def _read(paths: Iterable[Any]) -> list[Path]:
    """The paths, every one looked at. Raises InvalidInput that lists what is wrong."""
    errors: list[FieldError] = []
    read = []
    for index, path in enumerate(paths):
        if not isinstance(path, tuple | list) or len(path) != 3:
            errors.append(_error(index, "", "must be (channels, conversions, nulls)"))
            continue
        touches, conversions, nulls = path
        problems = _problems(index, touches, conversions, nulls)
        errors += problems
        if not problems:
            read.append((tuple(touches), float(conversions), float(nulls)))
    if errors:
        raise InvalidInput("cannot attribute", errors)
    return read


def _problems(index: int, touches: Any, conversions: Any, nulls: Any) -> list[FieldError]:
    found = []
    if not isinstance(touches, tuple | list) or not touches:
        found.append(_error(index, ".channels", "must be a sequence of at least one channel"))
    elif not all(isinstance(channel, str) for channel in touches):
        found.append(_error(index, ".channels", "must all be strings"))
    for name, count in ((".conversions", conversions), (".nulls", nulls)):
        if not _counts(count):
            found.append(_error(index, name, "must be a number from 0 to 1e15"))
    return found


def _counts(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and 0 <= value <= _MOST
    except TypeError:
        return False


def _error(index: int, name: str, message: str) -> FieldError:
    return FieldError(field=f"paths[{index}]{name}", message=message)
