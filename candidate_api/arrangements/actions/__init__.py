from candidate_api.arrangements.actions.amending import complete, move
from candidate_api.arrangements.actions.drawing import draw_due, request
from candidate_api.arrangements.actions.publishing import publish

__all__ = ["complete", "draw_due", "move", "publish", "request"]
