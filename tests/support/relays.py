"""A relay for an installation of real processes, saved as at the node's shell: loopback is allowed."""

from tests.support.installation import Installation

_SAVE = """
from django.utils import timezone
from notifications import relay
from notifications.smtp.settings import ServerSettings
relay.save(server=ServerSettings("127.0.0.1", {port}), keep_password=False, allow_cleartext_password=False,
           actor="ada", now=timezone.now(), is_bound_by_egress=False)
"""


def run_python(house: Installation, code: str) -> None:
    """Run code in a process of the installation; fail with what it wrote when it fails."""
    done = house.manage("shell", "-v0", "-c", code)
    assert done.returncode == 0, done.stderr


def save_relay(house: Installation, port: int) -> None:
    """Make the server at a port of 127.0.0.1 the installation's relay."""
    run_python(house, _SAVE.format(port=port))
