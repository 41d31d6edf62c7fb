"""Who speaks for the whole province. Plain values, no database."""

from portal.kernel.actor import Actor


def of_the_province(by: Actor, *roles: str) -> bool:
    """Whether one of the roles is held at the province's own office, whose path has one step (`/45/`)."""
    return any(path.count("/") == 2 for path in by.offices_as(*roles))
