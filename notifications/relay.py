"""The door to the SMTP server: the saved settings, and the tests of a connection."""

from notifications.connection_tests import (
    TASK,
    give_up,
    group_of,
    has_passed_test,
    last_tests,
    probe_server,
    request_test,
    run_test,
    tests_of,
)
from notifications.relay_settings import (
    CleartextRefused,
    PasswordNeeded,
    connection_settings,
    current,
    is_configured,
    may_keep_password,
    permit,
    save,
    version,
    with_stored_password,
)

__all__ = [
    "TASK",
    "CleartextRefused",
    "PasswordNeeded",
    "connection_settings",
    "current",
    "give_up",
    "group_of",
    "has_passed_test",
    "is_configured",
    "last_tests",
    "may_keep_password",
    "permit",
    "probe_server",
    "request_test",
    "run_test",
    "save",
    "tests_of",
    "version",
    "with_stored_password",
]
