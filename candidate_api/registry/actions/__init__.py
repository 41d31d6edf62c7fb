"""The verbs of 考籍管理."""

from candidate_api.registry.actions.assigning import assign_school
from candidate_api.registry.actions.extending import end_extension, extend
from candidate_api.registry.actions.freezing import freeze, unfreeze
from candidate_api.registry.actions.identity import change_mobile, open_photo, proved_mobile, send_code, unmask
from candidate_api.registry.actions.merging import approve, propose, refuse

__all__ = [
    "approve",
    "assign_school",
    "change_mobile",
    "end_extension",
    "extend",
    "freeze",
    "open_photo",
    "propose",
    "proved_mobile",
    "refuse",
    "send_code",
    "unfreeze",
    "unmask",
]
