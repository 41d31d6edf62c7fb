"""Verbs: bring the reference data in, keep it, keep a plan whole."""

from candidate_api.catalogue.actions.keeping import remove, save
from candidate_api.catalogue.actions.loading import Loaded, load
from candidate_api.catalogue.actions.plans import remove_plan, save_plan

__all__ = ["Loaded", "load", "remove", "remove_plan", "save", "save_plan"]
