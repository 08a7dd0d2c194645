"""What a channel returns for its spend, with its uncertainty: Hill curves on a Bayesian grid.

    revenue = base + gain * spend^shape / (half^shape + spend^shape) + noise

`half` and `shape` lie on a grid. Given both the curve is linear in `base` and `gain`, whose
posterior is exact, and the evidence of each grid point is closed form, so nothing is sampled.
The noise is either the same at every spend or in proportion to revenue: both are on the grid too
and the data weigh them. Outliers are drawn in before the fit. Formulas: Gelman et al., Bayesian
Data Analysis, 3rd ed., section 14.2 (regression), 14.8 (known weights).
"""

from dataclasses import dataclass

import numpy as np

from labverse.revenue.arrays import Floats

_HALVES = np.geomspace(0.08, 12.0, 19)  # of the median spend
_SHAPES = np.array([0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 1.9, 2.4, 3.0])
# What we hold before any data: saturation somewhere near what is spent, a mild bend.
_HALF_SPREAD = 1.3
_SHAPE_CENTRE, _SHAPE_SPREAD = 1.2, 0.5
# Of revenue, the share that spend brings; the rest would come without it.
_SHARE, _SHARE_SPREAD = 0.8, 0.35
_OUTLIER = 3.5  # robust standard deviations
_RIDGE = 1e-9


@dataclass(frozen=True)
class Response:
    """The posterior of one channel's curve: a mixture over the grid."""

    weights: Floats
    """(m,) of the grid points that matter, summing to 1."""
    halves: Floats
    shapes: Floats
    gains: Floats
    """(m,) posterior means of `gain`."""
    variances: Floats
    """(m,) posterior variances of `gain`."""

    def change(self, at: float, to: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of revenue(to) - revenue(at), per period. `base` cancels out."""
        basis = hill(to, self.halves, self.shapes) - hill(np.array([at]), self.halves, self.shapes)
        means = basis * self.gains[:, None]
        mean = self.weights @ means
        second = self.weights @ (means**2 + basis**2 * self.variances[:, None])
        return mean, np.maximum(second - mean**2, 0.0)


def hill(spend: Floats, halves: Floats, shapes: Floats) -> Floats:
    """The share of saturation that `spend` (n,) reaches under each of m curves: (m, n)."""
    bent: Floats = np.power(np.maximum(spend, 0.0)[None, :], shapes[:, None])
    return np.asarray(bent / (np.power(halves, shapes)[:, None] + bent))


def fit(spend: Floats, revenue: Floats) -> Response:
    """The posterior of the curve through (n,) periods. Needs n > 3 and spend that varies."""
    scale = float(np.median(spend[spend > 0]))
    size = float(np.mean(np.abs(revenue))) or 1.0
    x, y = spend / scale, _drawn_in(spend / scale, revenue / size)
    halves, shapes = (grid.ravel() for grid in np.meshgrid(_HALVES, _SHAPES, indexing="ij"))
    prior = _log_prior(halves, shapes)
    basis = hill(x, halves, shapes)
    pilot = np.maximum(_line(x, y), 0.1 * max(float(y.mean()), 1e-6))
    fits = [_linear(basis, y, noise) for noise in (np.ones_like(y), pilot / pilot.mean())]
    evidence = np.concatenate([prior + one[0] for one in fits])
    gains, variances = (np.concatenate([one[i] for one in fits]) for i in (1, 2))
    weights = np.exp(evidence - evidence.max())
    weights /= weights.sum()
    kept = weights > 1e-6
    return Response(
        weights[kept] / weights[kept].sum(),
        np.tile(halves, 2)[kept] * scale,
        np.tile(shapes, 2)[kept],
        gains[kept] * size,
        variances[kept] * size**2,
    )


def _log_prior(halves: Floats, shapes: Floats) -> Floats:
    half = np.log(halves) / _HALF_SPREAD
    shape = np.log(shapes / _SHAPE_CENTRE) / _SHAPE_SPREAD
    return np.asarray(-0.5 * (half**2 + shape**2))


def _linear(basis: Floats, y: Floats, noise: Floats) -> tuple[Floats, Floats, Floats]:
    """Log evidence, mean and variance of `gain` for each row of `basis` (m, n).

    Weighted least squares of y on (1, basis), then a normal prior on the share of revenue that
    spend brings. It is what keeps noise from being read as a steep curve.
    """
    w = 1.0 / noise**2
    total, freedom = w.sum(), len(y) - 3
    level = (basis @ w) / total
    centred, target = basis - level[:, None], y - (y @ w) / total
    spread = (centred**2) @ w + _RIDGE
    seen = (centred * target) @ w / spread
    left = np.maximum(target**2 @ w - seen**2 * spread, 1e-12)
    blur = left / freedom / spread
    expected, doubt = _SHARE * y.mean() / level, (_SHARE_SPREAD * y.mean() / level) ** 2
    evidence = -0.5 * (freedom * np.log(left) + np.log(spread)) - np.log(noise).sum()
    evidence -= 0.5 * (np.log(blur + doubt) + (seen - expected) ** 2 / (blur + doubt))
    variance = 1.0 / (1.0 / blur + 1.0 / doubt)
    gain = variance * (seen / blur + expected / doubt)
    return evidence, np.maximum(gain, 0.0), variance


def _line(x: Floats, y: Floats) -> Floats:
    """A rough curve for weights and outliers: y on (1, log(1 + x)), by least squares."""
    terms = np.stack([np.ones_like(x), np.log1p(x)], axis=1)
    coefficients = np.linalg.lstsq(terms, y, rcond=None)[0]
    return np.asarray(terms @ coefficients)


def _drawn_in(x: Floats, y: Floats) -> Floats:
    """`y` with outliers pulled to the edge of what the rest does, so that one day cannot steer."""
    for _ in range(3):
        near = _line(x, y)
        left = y - near
        centre = float(np.median(left))
        edge = _OUTLIER * 1.4826 * float(np.median(np.abs(left - centre)))
        y = near + centre + np.clip(left - centre, -edge, edge)
    return y
