"""One value per issue as 0/1 columns, relaxed to a linear program or solved whole, with HiGHS.

The only module that needs HiGHS; it is imported when a space is too large to enumerate.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from labverse.negotiate.arrays import Bools, Floats, Ints

_NODES = 5_000
_INFINITY = 1e30


@dataclass(frozen=True, eq=False)
class Row:
    """outcome · x + extra · y >= least, with y the free variables beside the 0/1 columns x."""

    outcome: Floats
    extra: Floats
    least: float


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A solution of the linear program; the duals of its rows are at least 0."""

    outcome: Floats
    extra: Floats
    dual: Floats
    value: float


@dataclass(frozen=True, eq=False)
class Whole:
    """A solution of the integer program: the value chosen for each issue, and HiGHS's bound."""

    outcome: Ints
    extra: Floats
    bound: float
    proven: bool


class Program:
    """min extra_cost · y + outcome_cost · x over one column per issue, under rows added so far."""

    def __init__(self, sizes: tuple[int, ...], extra: int) -> None:
        import highspy

        self._lib = highspy
        self._columns, self.extra, self.sizes = sum(sizes), extra, sizes
        self.starts: Ints = np.r_[0, np.cumsum(sizes)[:-1]]
        self.rows: list[Row] = []
        self._issues = len(sizes)
        count = self._columns + extra
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = count, len(sizes)
        program.col_cost_ = np.zeros(count)
        program.col_lower_ = np.r_[np.zeros(self._columns), np.full(extra, -_INFINITY)]
        program.col_upper_ = np.r_[np.ones(self._columns), np.full(extra, _INFINITY)]
        program.row_lower_ = program.row_upper_ = np.ones(len(sizes))
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.r_[0, np.cumsum(sizes)]
        program.a_matrix_.index_ = np.arange(self._columns)
        program.a_matrix_.value_ = np.ones(self._columns)
        self._highs: Any = _silent_kind(highspy.Highs)()
        for option, value in OPTIONS.items():
            self._highs.setOptionValue(option, value)
        self._highs.passModel(program)

    def add(self, row: Row) -> None:
        """One more condition."""
        coefficients = np.r_[row.outcome, row.extra]
        held = np.flatnonzero(coefficients)
        self._highs.addRow(
            row.least, _INFINITY, held.size, held.astype(np.int32), coefficients[held]
        )
        self.rows.append(row)

    def drop(self, places: Ints) -> None:
        """These rows are conditions no more."""
        self._highs.deleteRows(places.size, (places + self._issues).astype(np.int32))
        gone = set(places.tolist())
        self.rows = [row for place, row in enumerate(self.rows) if place not in gone]

    def cost(self, outcome: Floats, extra: Floats) -> None:
        """What is minimised."""
        count = self._columns + self.extra
        self._highs.changeColsCost(count, np.arange(count, dtype=np.int32), np.r_[outcome, extra])

    def allow(self, box: Bools) -> None:
        """Only these columns may be above 0."""
        places = np.arange(self._columns, dtype=np.int32)
        self._highs.changeColsBounds(
            self._columns, places, np.zeros(self._columns), box.astype(np.float64)
        )

    def relax(self) -> Relaxed | None:
        """The linear program; None when even that has no solution."""
        self._kind(self._lib.HighsVarType.kContinuous)
        self._highs.run()
        if self._highs.getModelStatus() != self._lib.HighsModelStatus.kOptimal:
            return None
        solution: Any = self._highs.getSolution()
        values = np.array(solution.col_value)
        dual = np.maximum(0.0, np.array(solution.row_dual)[self._issues :])
        value = float(self._highs.getInfo().objective_function_value)
        return Relaxed(values[: self._columns], values[self._columns :], dual, value)

    def whole(self) -> Whole | None:
        """The integer program within a number of nodes; None when it has no solution."""
        self._kind(self._lib.HighsVarType.kInteger)
        self._highs.run()
        status = self._highs.getModelStatus()
        found: Any = self._highs.getInfo()
        if status == self._lib.HighsModelStatus.kInfeasible or found.primal_solution_status != 2:
            return None
        solution = np.array(self._highs.getSolution().col_value)
        values, extra = solution[: self._columns], solution[self._columns :]
        proven = status == self._lib.HighsModelStatus.kOptimal
        return Whole(
            np.flatnonzero(values > 0.5) - self.starts, extra, float(found.mip_dual_bound), proven
        )

    def _kind(self, kind: Any) -> None:
        columns = np.arange(self._columns, dtype=np.int32)
        kinds = np.full(self._columns, int(kind), dtype=np.uint8)
        self._highs.changeColsIntegrality(self._columns, columns, kinds)


@cache
def _silent_kind(kind: type[Any]) -> type[Any]:
    class Silent(kind):  # type: ignore[misc]
        """HiGHS greets on stdout as soon as its callbacks are enabled, which its maker does."""

        def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS's name
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    return Silent


# One thread and fixed seeds: the same bytes on every run.
OPTIONS: dict[str, Any] = {
    "output_flag": False,
    "log_to_console": False,
    "threads": 1,
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 1e-10,
    "mip_max_nodes": _NODES,
}
