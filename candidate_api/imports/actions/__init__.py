from candidate_api.imports.actions.checking import check_due
from candidate_api.imports.actions.deciding import approve, ask_undo, export_refused, keep, recheck, refuse, undo
from candidate_api.imports.actions.uploading import upload

__all__ = ["approve", "ask_undo", "check_due", "export_refused", "keep", "recheck", "refuse", "undo", "upload"]
