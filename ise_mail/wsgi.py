"""The WSGI entry for a web server; a node that cannot open what the others sealed serves no pages."""

import os
import sys

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection

from console.secrets import KeyRingBroken
from deployment import keys
from ise_mail.env import SettingsError

# Gunicorn ends with a worker that cannot boot; after any other code it would start the next one for ever.
_CANNOT_BOOT = 3


def _application() -> WSGIHandler:
    """Return the application; end with one sentence when settings or key ring cannot be used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ise_mail.settings")
    try:
        ready = get_wsgi_application()
        _require_keys()
    except (SettingsError, KeyRingBroken, keys.RingIncomplete) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_CANNOT_BOOT)
    return ready


def _require_keys() -> None:
    """Look at the keys in use, as far as the database answers: /-/ready tells when it does not."""
    try:
        keys.require_all()
    except DatabaseError:
        return
    connection.close()  # the threads that serve pages have their own


application = _application()
