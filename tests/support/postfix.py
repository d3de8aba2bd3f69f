"""A real Postfix on the loopback with its own configuration, queue and users, gone when the test is over."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servercerts import ServerCertificate

PROGRAM = Path("/usr/sbin/postfix")
SASL_PASSWORD = Path("/usr/sbin/saslpasswd2")
REALM = "testlab.com"
START_SECONDS = 20.0

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
myhostname = mail.testlab.com
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
relayhost = [127.0.0.1]:{sink_port}
smtp_tls_security_level = none
smtpd_tls_chain_files = {folder}/key.pem, {folder}/chain.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = {realm}
cyrus_sasl_config_path = {folder}/config/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_delay_reject = yes
alias_maps =
local_recipient_maps =
"""
MASTER = """\
127.0.0.1:{starttls_port} inet n - n - - smtpd
127.0.0.1:{implicit_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
SASL = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: PLAIN LOGIN CRAM-MD5
sasldb_path: {folder}/sasldb2
"""


@dataclass(frozen=True)
class Postfix:
    """Where a running Postfix listens; `log()` is what it wrote."""

    folder: Path
    starttls_port: int
    implicit_port: int

    def log(self) -> str:
        path = self.folder / "maillog"
        return path.read_text(errors="replace") if path.exists() else ""

    def has_logged(self, text: str, *, within_seconds: float = 10.0) -> bool:
        """Say whether a text stands in the log by then; Postfix writes it from a process of its own."""
        ends_at = time.monotonic() + within_seconds
        while text not in self.log():
            if time.monotonic() > ends_at:
                return False
            time.sleep(0.05)
        return True


def why_not() -> str:
    """Return why no Postfix can be run here, "" when it can."""
    if not PROGRAM.exists():
        return "Postfix is not installed (Debian: apt install postfix)"
    if not SASL_PASSWORD.exists():
        return "Cyrus SASL's saslpasswd2 is not installed (Debian: apt install sasl2-bin libsasl2-modules)"
    return "" if os.geteuid() == 0 else "Postfix starts only for root"


@contextmanager
def running_postfix(
    certificate: ServerCertificate, *, user: str, password: str, sink_port: int
) -> Iterator[Postfix]:
    """Run Postfix for the length of the block; it passes mail on to a server at `sink_port`."""
    folder = Path(tempfile.mkdtemp(prefix="postfix-", dir="/tmp"))
    try:
        postfix = _configured(folder, certificate, sink_port)
        _add_user(folder, user, password)
        _command(folder, "start")
        try:
            _wait_for(postfix)
            yield postfix
        finally:
            _command(folder, "abort")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configured(folder: Path, certificate: ServerCertificate, sink_port: int) -> Postfix:
    owner, group = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postfix").gr_gid
    folder.chmod(0o755)
    for name in ("queue", "data", "config/sasl"):
        (folder / name).mkdir(parents=True)
    os.chown(folder / "data", owner, group)
    certificate.write(folder)
    ports = {"starttls_port": _free_port(), "implicit_port": _free_port()}
    values = {"folder": folder, "sink_port": sink_port, "realm": REALM, **ports}
    (folder / "config" / "main.cf").write_text(MAIN.format(**values))
    (folder / "config" / "master.cf").write_text(MASTER.format(**values))
    (folder / "config" / "sasl" / "smtpd.conf").write_text(SASL.format(**values))
    return Postfix(folder, **ports)


def _add_user(folder: Path, user: str, password: str) -> None:
    database = folder / "sasldb2"
    command = [str(SASL_PASSWORD), "-p", "-c", "-f", str(database), "-u", REALM, user]
    subprocess.run(command, input=password, text=True, check=True, capture_output=True)
    database.chmod(0o644)


def _command(folder: Path, word: str) -> None:
    command = [str(PROGRAM), "-c", str(folder / "config"), word]
    done = subprocess.run(command, text=True, check=False, capture_output=True, timeout=60)
    if word == "start" and done.returncode:
        raise RuntimeError(done.stderr)


def _wait_for(postfix: Postfix) -> None:
    ends_at = time.monotonic() + START_SECONDS
    for port in (postfix.starttls_port, postfix.implicit_port):
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if time.monotonic() > ends_at:
                    raise RuntimeError(postfix.log()) from None
                time.sleep(0.1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
