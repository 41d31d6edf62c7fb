"""The reference data at the desk: everybody on the staff reads it, the province's administrators keep it."""
