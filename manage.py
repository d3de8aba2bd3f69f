#!/usr/bin/env python3
"""Run a management command of ISE Mail."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Hand the arguments to Django; settings or a database that cannot be used are told in one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ise_mail.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from deployment.database import UNREACHABLE, why_unreachable
    from ise_mail.env import SettingsError
    from sandbox import asked, ports

    try:
        if sys.argv[1:2] == ["up"]:
            asked.look(sys.argv[2:], root=Path(__file__).resolve().parent)
        execute_from_command_line(sys.argv)
    except SettingsError as error:
        _end(str(error), code=2)
    except ports.PortTaken as error:
        _end(str(error), code=1)
    except OperationalError:
        sentence = why_unreachable()
        if sentence is None:
            raise
        _end(sentence, code=UNREACHABLE)


def _end(sentence: str, *, code: int) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
