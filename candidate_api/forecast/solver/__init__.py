"""What is found by search: the best count, and the fastest path. Pure functions of plain values."""

from candidate_api.forecast.solver.counting import best_count
from candidate_api.forecast.solver.milp import Unsolved
from candidate_api.forecast.solver.path import Horizon, Path, Step, fastest_path

__all__ = ["Horizon", "Path", "Step", "Unsolved", "best_count", "fastest_path"]
