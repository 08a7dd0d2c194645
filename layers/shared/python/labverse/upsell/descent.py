"""The minimum of a smooth function of a few numbers."""

from collections.abc import Callable

import numpy as np

from labverse.upsell.arrays import Floats


def minimum(function: Callable[[Floats], float], start: Floats) -> Floats:
    """By Nelder and Mead (1965): slow in many dimensions, indestructible in four."""
    size = start.size
    points = [start, *(start + 0.5 * step for step in np.eye(size))]
    simplex = sorted(((function(point), point) for point in points), key=_height)
    for _ in range(400 * size):
        if simplex[-1][0] - simplex[0][0] < 1e-9 * (abs(simplex[0][0]) + 1e-9):
            break
        simplex = sorted(_stepped(function, simplex), key=_height)
    return simplex[0][1]


_Vertex = tuple[float, Floats]


def _stepped(function: Callable[[Floats], float], simplex: list[_Vertex]) -> list[_Vertex]:
    best, worst = simplex[0], simplex[-1]
    centre = np.mean([point for _, point in simplex[:-1]], axis=0)

    def at(scale: float) -> _Vertex:
        point = centre + scale * (worst[1] - centre)
        return function(point), point

    turned = at(-1.0)
    if turned[0] < best[0]:
        return [*simplex[:-1], min(turned, at(-2.0), key=_height)]
    if turned[0] < simplex[-2][0]:
        return [*simplex[:-1], turned]
    drawn = at(-0.5) if turned[0] < worst[0] else at(0.5)
    if drawn[0] < min(turned[0], worst[0]):
        return [*simplex[:-1], drawn]
    points = [best[1] + 0.5 * (point - best[1]) for _, point in simplex[1:]]
    return [best, *((function(point), point) for point in points)]


def _height(vertex: _Vertex) -> float:
    return vertex[0]
