"""The door to the SMTP server: the saved settings, and the tests of a connection."""

from notifications.connection_results import (
    PROCESS_ENDED,
    give_up,
    group_of,
    has_passed_test,
    last_tests,
    tests_of,
    wait_for_tests,
)
from notifications.connection_tests import TASK, probe_server, request_test, run_test
from notifications.relay_settings import (
    CleartextRefused,
    PasswordNeeded,
    connection_settings,
    current,
    is_configured,
    key_ids_in_use,
    may_keep_password,
    permit,
    save,
    version,
    with_stored_password,
)

__all__ = [
    "PROCESS_ENDED",
    "TASK",
    "CleartextRefused",
    "PasswordNeeded",
    "connection_settings",
    "current",
    "give_up",
    "group_of",
    "has_passed_test",
    "is_configured",
    "key_ids_in_use",
    "last_tests",
    "may_keep_password",
    "permit",
    "probe_server",
    "request_test",
    "run_test",
    "save",
    "tests_of",
    "version",
    "wait_for_tests",
    "with_stored_password",
]
