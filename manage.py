#!/usr/bin/env python
"""Django's command line; the demo settings are the default so that a newcomer needs no environment."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
    execute_from_command_line(sys.argv)
