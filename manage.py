#!/usr/bin/env python3
"""Run a management command of ISE Mail."""

import os
import sys


def main() -> None:
    """Prepare the data folder, then hand the arguments to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ise_mail.settings")
    from django.core.management import execute_from_command_line

    from ise_mail.env import SettingsError

    try:
        execute_from_command_line(sys.argv)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
