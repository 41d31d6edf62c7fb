from candidate_api.imports.actions.checking import check_due
from candidate_api.imports.actions.deciding import approve, export_refused, recheck, refuse, undo
from candidate_api.imports.actions.uploading import upload

__all__ = ["approve", "check_due", "export_refused", "recheck", "refuse", "undo", "upload"]
