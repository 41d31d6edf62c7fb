"""The kinds of files that can be imported, in the order of the form; each is data and a rule."""

from candidate_api.imports.kinds.discipline import DISCIPLINE
from candidate_api.imports.kinds.kind import KINDS, Kind, Reading, kind_of, register
from candidate_api.imports.kinds.practice import PRACTICE
from candidate_api.imports.kinds.roster import ROSTER
from candidate_api.imports.kinds.scores import SCORES
from candidate_api.imports.kinds.transferred import TRANSFERRED

for _kind in (SCORES, PRACTICE, TRANSFERRED, DISCIPLINE, ROSTER):
    register(_kind)

__all__ = ["KINDS", "Kind", "Reading", "kind_of"]
