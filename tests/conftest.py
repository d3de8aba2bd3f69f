"""Gives the suite a data folder of its own before Django reads its settings."""

import atexit
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import django
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from hypothesis import settings as hypothesis

_folder = tempfile.mkdtemp(prefix="ise-mail-tests-")
atexit.register(shutil.rmtree, _folder, True)
# A single example may take long while other tests use the machine: that is no failure.
hypothesis.register_profile("suite", deadline=None)
hypothesis.load_profile("suite")
os.environ["ISE_MAIL_DATA"] = _folder
os.environ["ISE_MAIL_NODE"] = "ise3-1"
os.environ["ISE_MAIL_FQDN"] = "ise3-1.testlab.com"
os.environ["ISE_MAIL_PUBLIC_URL"] = "http://127.0.0.1:8000"
os.environ["ISE_MAIL_STATIC_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
os.environ.setdefault("ISE_MAIL_SANDBOX", "1")
for name in ("ISE_MAIL_KEYRING", "ISE_MAIL_SECRET_KEY", "ISE_MAIL_EGRESS_ALLOW"):
    os.environ.pop(name, None)
# Named here and not in pyproject.toml, or pytest-django reads the settings before the lines above ran.
os.environ["DJANGO_SETTINGS_MODULE"] = "ise_mail.settings"
django.setup()
if connection.vendor == "sqlite":
    # A file, as in an installation: threads that share one in memory do not wait for each other's locks.
    connection.settings_dict["TEST"]["NAME"] = str(Path(_folder) / "tests.sqlite3")
# Still Argon2id, but a hash takes no tenth of a second and no 100 MB: the suite makes thousands.
Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 64, 1


@pytest.fixture
def now() -> datetime:
    """The moment at which the test plays."""
    return datetime.now(UTC).replace(microsecond=0)
