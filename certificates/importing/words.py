"""Cause and remedy of everything that an import or an edit of a trusted certificate can be refused for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

IMPORT: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "FILE_TOO_LARGE": (
        _("The file is larger than %(limit)s KB."),
        _("Import fewer certificates at a time."),
    ),
    "FILE_EMPTY": (_("The file is empty."), _("Choose a file with a certificate, or paste its text.")),
    "NO_CERTIFICATE": (
        _("The file holds no certificate."),
        _("Export the certificate as PEM (Base64) or DER."),
    ),
    "PRIVATE_KEY": (
        _("Block %(block)s is a private key. Nothing was stored or written to a log."),
        _("Export the certificate without its key. If the key was sent to anybody, replace it."),
    ),
    "TRUSTED_FORMAT": (
        _("Block %(block)s is in OpenSSL's own TRUSTED CERTIFICATE format."),
        _("Convert it: openssl x509 -in FILE -out NEW.pem"),
    ),
    "BLOCK_NOT_A_CERTIFICATE": (
        _("Block %(block)s is not a certificate but “%(label)s”."),
        _("Take this block out of the file."),
    ),
    "BLOCK_BROKEN": (
        _("Block %(block)s is damaged (%(detail)s)."),
        _("Export this certificate again."),
    ),
    "TRAILING_DATA": (
        _("Block %(block)s goes on after the end of the certificate."),
        _("A DER file holds one certificate only; import several as PEM."),
    ),
    "PKCS12": (
        _("The file is a PKCS#12 container, which is made for private keys."),
        _("Export the certificates only: openssl pkcs12 -in FILE -nokeys -out NEW.pem"),
    ),
    "PKCS7_UNUSABLE": (
        _("Block %(block)s is a PKCS#7 container without certificates that can be read (%(detail)s)."),
        _("Export the certificates as PEM."),
    ),
    "CERT_TOO_LARGE": (
        _("The certificate in block %(block)s is larger than %(limit)s KB."),
        _("Ask the administrator of the authority."),
    ),
    "CERT_FIELDS_BROKEN": (
        _("The certificate in block %(block)s has fields that cannot be read: %(fields)s."),
        _("Ask the administrator of the authority to reissue it."),
    ),
    "KEY_TOO_LARGE": (
        _("The key of the certificate in block %(block)s has %(bits)s bits; at most %(limit)s can be used."),
        _("Ask the administrator of the authority to reissue it."),
    ),
    "REPEATED_IN_FILE": (
        _("Block %(block)s is the same certificate as block %(first)s."),
        _("Take one of them out of the file."),
    ),
    "TOO_MANY": (
        _("The file holds %(count)s certificates; at most %(limit)s are taken at a time."),
        _("Split the file."),
    ),
    "MORE_FAULTS": (
        _("More faults of this file are not listed: %(count)s."),
        _("Correct the first ones, then try again."),
    ),
    "DUPLICATE": (
        _("The certificate in block %(block)s is already there as “%(name)s”."),
        _("Edit the existing one, or take this block out of the file."),
    ),
    "NOTHING_CHOSEN": (_("No certificate is chosen."), _("Tick at least one.")),
    "NOTHING_TO_REPLACE": (
        _("The certificate that “%(name)s” was to replace is not there any more."),
        _("Keep both, or choose another one to replace."),
    ),
    "NO_BASIC_CONSTRAINTS": (
        _("“%(name)s” has no basic constraints: it does not say that it is an authority."),
        _("Leave it out, or untick “Validate certificate extensions” if you mean this one certificate."),
    ),
    "CONSTRAINTS_CA_FALSE": (
        _("“%(name)s” has CA false in its basic constraints: it says that it is no authority."),
        _("Leave it out, or untick “Validate certificate extensions” if you mean this one certificate."),
    ),
    "NO_KEY_USAGE": (
        _("“%(name)s” has no key usage: it does not say that its key may sign certificates."),
        _("Leave it out, or untick “Validate certificate extensions” if its owner confirms it."),
    ),
    "USAGE_WITHOUT_CERT_SIGN": (
        _("“%(name)s” has a key usage without keyCertSign: its key may not sign certificates."),
        _("Leave it out, or untick “Validate certificate extensions” if its owner confirms it."),
    ),
    "NAME_TWICE": (
        _("Another certificate of this import has the friendly name “%(name)s” too."),
        _("Choose another name."),
    ),
    "NAME_TAKEN": (
        _("Another trusted certificate has the friendly name “%(name)s”."),
        _("Choose another name."),
    ),
    "USAGE_NEEDS": (
        _("“%(usage)s” can be ticked only together with %(needs)s."),
        _("Tick these as well, or untick it."),
    ),
    "CHANGED_MEANWHILE": (
        _("Somebody else changed the trusted certificates at the same moment."),
        _("Try again."),
    ),
}
DETAILS: Final[Mapping[str, Promise]] = {
    "no END line": _("its END line is missing"),
    "BEGIN and END lines differ": _("its BEGIN and END lines do not match"),
    "it is empty": _("it is empty"),
    "not in DER": _("it is not in DER"),
}
"""What the damage is called that the reader of uploads finds itself; what a library says stays as it is."""
WARNINGS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "NOT_A_CA": (
        _("“%(name)s” is not a certificate authority: it vouches for one server only."),
        _("Import the authority that issued it, unless you mean this one certificate."),
    ),
    "NO_CERT_SIGN": (
        _("“%(name)s” may not sign certificates (key usage without keyCertSign)."),
        _("Ask the administrator of the authority."),
    ),
    "FIELDS_UNREADABLE": (
        _("Some fields of “%(name)s” cannot be read: %(fields)s."),
        _("Ask the administrator of the authority."),
    ),
    "SAME_AUTHORITY": (
        _("“%(other)s” is the same authority with the same key."),
        _("Replace it, or delete the older of the two when this one has proved itself."),
    ),
}
