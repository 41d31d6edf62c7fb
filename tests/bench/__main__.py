"""`make bench`: measure, print one table for each benchmark, end with 1 where a goal is missed."""

import importlib
import os
import pkgutil
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")

BESIDE = {"__main__", "asking", "measure"}


def main() -> int:
    import django
    from django.conf import settings
    from django.test.utils import setup_test_environment

    from portal.settings.base import PASSWORD_HASHERS

    settings.PASSWORD_HASHERS = PASSWORD_HASHERS  # the tests' own are quick and weak
    settings.LOGGING = {"level": "ERROR"}
    django.setup()
    setup_test_environment()
    from django.db import connection

    names = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    chosen = [name for name in names if name not in BESIDE and (len(sys.argv) < 2 or name in sys.argv[1:])]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        return 1 if [name for name in chosen if not measured(name)] else 0
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def measured(name: str) -> bool:
    """Print the table of one benchmark; whether every goal was reached."""
    module = importlib.import_module(f"tests.bench.{name}")
    unit = getattr(module, "UNIT", "per second and core")
    print(f"{name}\n\n| what | {unit} | ratio | goal |\n| --- | ---: | ---: | ---: |", flush=True)
    rows = module.rows()
    for row in rows:
        print(f"| {row.what} | {row.rate:.1f} | {row.ratio:.2f} | {'' if row.goal is None else f'≥ {row.goal}'} |")
    print(flush=True)
    return all(row.goal is None or row.ratio >= row.goal for row in rows)


if __name__ == "__main__":
    sys.exit(main())
