"""What a policy would have earned, from the log of another one (off-policy evaluation).

The log must hold the probability with which each action was drawn. An answer is refused where the
log says too little about the policy: a number without support looks like any other number.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd

from labverse.kernel.errors import InvalidInput, Refused
from labverse.upsell.arrays import Floats, Ints
from labverse.upsell.features import Encoder, contexts

Method = Literal["ips", "snips", "dr"]
_WORDS: dict[str, Method] = {"ips": "ips", "ipw": "ips", "snips": "snips", "snipw": "snips",
                             "dr": "dr"}  # fmt: skip
_OWN = ("action", "reward", "propensity")
_Z95 = 1.959963984540054
_ENOUGH = 50.0
"""Effective decisions: below this the normal interval is not to be believed."""
_FOLDS = 5
_RIDGE = 1.0


class Target(Protocol):
    """A policy that says how probable each offer is."""

    def probabilities(
        self, context: Mapping[str, Any], offers: Sequence[str]
    ) -> Mapping[str, float]:
        """By offer; they sum to 1."""


Policy = Target | Callable[[Mapping[str, Any]], str | Mapping[str, float]] | str
"""Or a function of the context to an offer or to probabilities, or one offer for everybody."""


class Evaluation(NamedTuple):
    """Mean reward of a decision, its 95 % interval, and how many decisions it really rests on."""

    value: float
    low: float
    high: float
    ess: float


class _Log(NamedTuple):
    features: Floats
    action: Ints
    reward: Floats
    weight: Floats
    target: Floats
    """(rows, actions): the policy's probabilities."""


def evaluate(log: pd.DataFrame, policy: Policy, method: str) -> Evaluation:
    """The policy's mean reward, from `log`: context columns, action, reward, propensity.

    ips: inverse propensity; snips: the same, normalised; dr: doubly robust with a ridge per action,
    fitted on other folds. Raises InvalidInput for a bad log, Refused where it supports no answer.
    """
    how = _WORDS.get(method.lower())
    if how is None:
        raise InvalidInput(f"method: {method!r} is not one of {sorted(_WORDS)}")
    read = _read(log, policy)
    squares = float((read.weight**2).sum())
    ess = float(read.weight.sum()) ** 2 / squares if squares else 0.0
    if ess < _ENOUGH:
        raise Refused(f"the log supports only {ess:.1f} effective decisions of {_ENOUGH:.0f}")
    value, each = _HOW[how](read)
    half = _Z95 * float(each.std(ddof=1)) / math.sqrt(each.size)
    return Evaluation(value, value - half, value + half, ess)


def _ips(log: _Log) -> tuple[float, Floats]:
    each = log.weight * log.reward
    return float(each.mean()), each


def _snips(log: _Log) -> tuple[float, Floats]:
    value = float((log.weight * log.reward).sum() / log.weight.sum())
    # Influence of each row on the ratio, by the delta method.
    return value, log.weight * (log.reward - value) / float(log.weight.mean())


def _doubly_robust(log: _Log) -> tuple[float, Floats]:
    expected = _fitted(log)
    of_log = expected[np.arange(log.action.size), log.action]
    each = (log.target * expected).sum(axis=1) + log.weight * (log.reward - of_log)
    return float(each.mean()), each


_HOW = {"ips": _ips, "snips": _snips, "dr": _doubly_robust}


def _fitted(log: _Log) -> Floats:
    """(rows, actions): expected rewards, each row's from folds that it is not in."""
    rows, width = log.features.shape
    expected = np.zeros_like(log.target)
    penalty = _RIDGE * np.diag(np.r_[1e-9, np.ones(width - 1)])
    # A stride would follow a weekly rhythm of the log; a fixed shuffle follows none.
    fold = np.random.Generator(np.random.PCG64(rows)).permutation(rows) % _FOLDS
    for held in range(_FOLDS):
        inside = fold != held
        overall = float(log.reward[inside].mean())
        for action in range(log.target.shape[1]):
            chosen = inside & (log.action == action)
            x, y = log.features[chosen], log.reward[chosen] - overall
            slope = np.linalg.solve(x.T @ x + penalty, x.T @ y) if len(y) else np.zeros(width)
            expected[~inside, action] = overall + log.features[~inside] @ slope
    return expected


def _read(log: pd.DataFrame, policy: Policy) -> _Log:
    if missing := [name for name in _OWN if name not in log.columns]:
        raise InvalidInput(f"log: no column {', '.join(missing)}")
    if not len(log):
        raise Refused("the log is empty")
    reward = np.asarray(log["reward"], dtype=np.float64)
    propensity = np.asarray(log["propensity"], dtype=np.float64)
    if not np.isfinite(reward).all():
        raise InvalidInput("reward: must be finite")
    if not ((propensity > 0) & (propensity <= 1)).all():
        raise InvalidInput("propensity: must be above 0 and at most 1")
    names = [str(name) for name in log["action"].tolist()]
    actions = sorted(set(names))
    place = {name: index for index, name in enumerate(actions)}
    action = np.array([place[name] for name in names], dtype=np.int64)
    target = _target(contexts(log, _OWN), policy, actions)
    features = Encoder.fit(shape := log.drop(columns=list(_OWN))).encode(shape)
    weight = target[np.arange(action.size), action] / propensity
    return _Log(features, action, reward, weight, target)


def _target(rows: Sequence[Mapping[str, Any]], policy: Policy, actions: Sequence[str]) -> Floats:
    """(rows, actions). Refuses a policy that would do what the log never did."""
    found = np.zeros((len(rows), len(actions)))
    place = {name: index for index, name in enumerate(actions)}
    for number, row in enumerate(rows):
        for name, probability in _chances(row, policy, actions).items():
            if str(name) in place:
                found[number, place[str(name)]] = probability
    if (found < 0).any() or (found.sum(axis=1) > 1 + 1e-6).any():
        raise InvalidInput("policy: probabilities must sum to 1")
    unseen = 1 - float(found.sum(axis=1).mean())
    if unseen > 0.01:
        raise Refused(
            f"the policy takes actions that the log never took ({unseen:.0%} of the time)"
        )
    return found


def _chances(row: Mapping[str, Any], policy: Policy, actions: Sequence[str]) -> Mapping[str, float]:
    if isinstance(policy, str):
        return {policy: 1.0}
    said = policy(row) if callable(policy) else policy.probabilities(row, actions)
    return said if isinstance(said, Mapping) else {str(said): 1.0}
