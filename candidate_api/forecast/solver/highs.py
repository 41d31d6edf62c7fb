"""HiGHS, on one thread, silent. Imported when somebody asks for the first time: with numpy it weighs 26 MB."""

import highspy

from candidate_api.forecast.solver.milp import Milp, Unsolved

_OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.5,  # costs are whole numbers: below one there is nothing to gain
    "time_limit": 5.0,  # a hundred times what any plan takes; a runaway must not hold a web worker for good
}


class _Silent(highspy.Highs):
    def enableCallbacks(self) -> None:  # noqa: N802 -- the library's name
        """None are used, and switching them on prints a banner."""


def solve(milp: Milp, cost: dict[int, float]) -> list[float] | None:
    """The cheapest values that keep all rows; None where there are none. Raises `Unsolved`."""
    highs = _Silent()
    for name, value in _OPTIONS.items():
        highs.setOptionValue(name, value)
    highs.passModel(_problem(milp, cost))
    highs.run()
    match highs.getModelStatus():
        case highspy.HighsModelStatus.kOptimal:
            return list(highs.getSolution().col_value)
        case highspy.HighsModelStatus.kInfeasible | highspy.HighsModelStatus.kUnboundedOrInfeasible:
            return None
        case status:
            raise Unsolved(str(status))


def _problem(milp: Milp, cost: dict[int, float]) -> highspy.HighsLp:
    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = len(milp.lower), len(milp.rows)
    problem.col_cost_ = [cost.get(var, 0.0) for var in range(len(milp.lower))]
    problem.col_lower_, problem.col_upper_ = milp.lower, milp.upper
    kinds = highspy.HighsVarType
    problem.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in milp.integer]
    problem.row_lower_ = [lower for _, lower, _ in milp.rows]
    problem.row_upper_ = [upper for _, _, upper in milp.rows]
    matrix = problem.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    starts = [0]
    for row, _, _ in milp.rows:
        starts.append(starts[-1] + len(row))
    matrix.start_ = starts
    matrix.index_ = [var for row, _, _ in milp.rows for var in row]
    matrix.value_ = [factor for row, _, _ in milp.rows for factor in row.values()]
    return problem
