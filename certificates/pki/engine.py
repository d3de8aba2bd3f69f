"""Two settings of OpenSSL's verification for which pyOpenSSL has no public name.

The common name is no host name (RFC 9525 section 6.3), so that name constraints must not be applied to it,
and without a connection a purpose has to be asked for. Both are set through the bindings that pyOpenSSL
itself stands on; its version is pinned, and tests hold what depends on it.
"""

from __future__ import annotations

from typing import Any, Final

from OpenSSL import SSL, crypto
from OpenSSL._util import lib

from certificates.pki.asked import Purpose

_PURPOSES: Final = {Purpose.CLIENT: 1, Purpose.SERVER: 2}
"""X509_PURPOSE_SSL_CLIENT and X509_PURPOSE_SSL_SERVER."""
_NEVER_CHECK_SUBJECT: Final = lib.X509_CHECK_FLAG_NEVER_CHECK_SUBJECT


def leave_common_name_alone(context: SSL.Context) -> None:
    """Have handshakes of the context apply name constraints to alternative names only."""
    lib.X509_VERIFY_PARAM_set_hostflags(lib.SSL_CTX_get0_param(context._context), _NEVER_CHECK_SUBJECT)


def prepare(store: crypto.X509Store, purpose: Purpose) -> None:
    """Have chains of a store judged as a handshake judges them: for a purpose, without the common name."""
    param: Any = lib.X509_VERIFY_PARAM_new()
    try:
        lib.X509_VERIFY_PARAM_set_hostflags(param, _NEVER_CHECK_SUBJECT)
        lib.X509_STORE_set1_param(store._store, param)
    finally:
        lib.X509_VERIFY_PARAM_free(param)
    if purpose is not Purpose.ANY:
        lib.X509_STORE_set_purpose(store._store, _PURPOSES[purpose])
