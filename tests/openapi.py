"""docs/openapi.yaml is what the code generates: `--write` makes it so, without it a difference or a warning fails."""

import difflib
import os
import sys
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"

import django  # noqa: E402 -- the settings' name comes first
from django.core.management import call_command  # noqa: E402

SNAPSHOT = ROOT / "docs" / "openapi.yaml"


def main() -> int:
    django.setup()
    made = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=made)
    if "--write" in sys.argv:
        SNAPSHOT.write_text(made.getvalue())
        return 0
    kept = SNAPSHOT.read_text() if SNAPSHOT.exists() else ""
    if kept == made.getvalue():
        return 0
    lines = difflib.unified_diff(kept.splitlines(), made.getvalue().splitlines(), "docs/openapi.yaml", "the code", n=1)
    sys.stdout.write("\n".join([*list(lines)[:60], "", "`make openapi` writes it anew\n"]))
    return 1


if __name__ == "__main__":
    sys.exit(main())
