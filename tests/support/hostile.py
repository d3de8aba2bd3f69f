"""Uploads that are made to cost memory or time, each just under the size that is taken."""

import codecs
from collections.abc import Callable

from certificates.pki.parse import MAX_FILE_BYTES
from tests.support import vectors
from tests.support.pki import Recipe, make

_CERTIFICATE = "x509/accvraiz1.pem"
_DATA = bytes.fromhex("06092a864886f70d010701")
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n"


def element(tag: int, content: bytes) -> bytes:
    """One DER element with a length of four bytes."""
    return bytes([tag, 0x84]) + len(content).to_bytes(4, "big") + content


def container(content: bytes) -> bytes:
    """PKCS#7 signed data that holds anything in the place of its certificates."""
    before = b"\x02\x01\x01\x31\x00\x30\x0b" + _DATA
    signed = element(0x30, before + element(0xA0, content) + b"\x31\x00")
    return element(0x30, _SIGNED_DATA + element(0xA0, signed))


def filled(part: bytes, *, spare: int = 4096) -> bytes:
    """A part again and again up to the limit of a file."""
    return part * ((MAX_FILE_BYTES - spare) // len(part))


def _der() -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return x509.load_pem_x509_certificate(vectors.read(_CERTIFICATE)).public_bytes(Encoding.DER)


def _loose() -> bytes:
    """A container whose outermost length is not definite, which only the library reads."""
    return b"\x30\x80" + container(_varied(_der(), 1024 * 1024 // len(_der()) - 2))[6:] + b"\x00\x00"


def _wide() -> bytes:
    """As many certificates as are taken, each as long as they can be with so many names."""
    made = make(Recipe("wide", ca=True, hosts=[f"host{n}.example.com" for n in range(350)], serial=1 << 100))
    return container(_varied(made.der, min(1000, (MAX_FILE_BYTES - 4096) // len(made.der))))


def _varied(der: bytes, count: int) -> bytes:
    """Copies of a certificate with other serial numbers, whose signatures nobody checks."""
    at = der.index(b"\x02", 8 + 5) + 4
    return b"".join(der[:at] + number.to_bytes(4, "big") + der[at + 4 :] for number in range(count))


UPLOADS: dict[str, Callable[[], bytes]] = {
    "dashes": lambda: b"-" * MAX_FILE_BYTES,
    "blank": lambda: b" " * MAX_FILE_BYTES,
    "markers": lambda: filled(_BEGIN),
    "empty blocks": lambda: filled(_BEGIN + _END),
    "blocks of junk": lambda: (_BEGIN + b"MAAA" * 2000 + b"\n" + _END) * 990,
    "one endless block": lambda: _BEGIN + filled(b"QUJD\n") + _END,
    "words of two letters": lambda: _BEGIN + filled(b"QU JD ") + _END,
    "endless headers": lambda: _BEGIN + filled(b"A: b\n") + _END,
    "endless blank lines": lambda: _BEGIN + b"A: b\n" + filled(b"\n") + _END,
    "bare base64": lambda: filled(b"MIIC"),
    "wide characters": lambda: codecs.BOM_UTF16_LE + filled("𐀀".encode("utf-16-le")),
    "UTF-16 base64": lambda: codecs.BOM_UTF16_LE + filled("MIIC".encode("utf-16-le")),
    "one huge element": lambda: element(0x30, element(0x30, b"\x00" * (MAX_FILE_BYTES - 64))),
    "deep nesting": lambda: filled(b"\x30\x80"),
    "container of nothing": lambda: container(filled(b"\x30\x00")),
    "container of certificates": lambda: container(filled(_der())),
    "container of a thousand": lambda: container(_varied(_der(), 1000)),
    "container without lengths": _loose,
    "a thousand wide certificates": _wide,
    "a thousand blocks": lambda: vectors.read(_CERTIFICATE) * 1000,
    "certificates one after another": lambda: filled(_der()),
    "a key in a haystack": lambda: filled(b"\n") + b"-----BEGIN PRIVATE KEY-----\nMAA=\n",
}
