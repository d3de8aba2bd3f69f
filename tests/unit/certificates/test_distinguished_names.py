"""Names of authorities that the library cannot read, or that OpenSSL cannot."""

import pytest

from certificates.pki.fields import load
from certificates.pki.parse import ParseRefused, parse_file
from certificates.pki.tls import client_context
from certificates.pki.trust import TrustedRow, TrustView
from certificates.pki.verdict import Verdict
from certificates.pki.verify import verify
from tests.support.der import Rewritten, named, renamed
from tests.support.pki import NOW, Made, intermediate, root, server

T61 = named(b"\x14\x06M\xfcller")
READ_BY_OPENSSL = {
    "T61": T61,
    "IA5": named(b"\x16\x06M\xfcller"),
    "sequence": named(b"\x30\x03\x02\x01\x01"),
    "bit string": named(b"\x03\x02\x00a"),
}
READ_BY_THE_LIBRARY = {
    "UTF-8 that is none": named(b"\x0c\x02\xff\xfe"),
    "octet string": named(b"\x04\x03abc"),
    "integer": named(b"\x02\x01\x01"),
    "boolean": named(b"\x01\x01\xff"),
    "general string": named(b"\x1b\x01a"),
}


@pytest.fixture(scope="module")
def authority() -> Made:
    return root()


def row(made: Made) -> TrustedRow:
    return TrustedRow(made.der, made.sha256, True, frozenset({"infrastructure"}))


def verdict(presented: list[Made], *trusted: Made, host: str = "mail.testlab.com") -> Verdict:
    view = TrustView(tuple(map(row, trusted)), "infrastructure", 1)
    client_context(view, now=NOW)
    sent = [made.der for made in presented]
    return verify(presented=sent, anchors=view, host=host, usage="infrastructure", now=NOW)


def below(authority: Made, name: bytes) -> list[Made]:
    """A server's certificate and the intermediate above it, which has the name."""
    issuing = intermediate(authority)
    leaf = renamed(server(issuing), issuing, issuer=name)
    return [leaf, renamed(issuing, authority, subject=name)]


def self_signed(name: bytes) -> Rewritten:
    made = root()
    return renamed(made, made, issuer=name, subject=name)


@pytest.mark.parametrize("name", READ_BY_OPENSSL.values(), ids=READ_BY_OPENSSL)
def test_an_intermediate_works_whatever_letters_its_name_has(authority: Made, name: bytes) -> None:
    chain = below(authority, name)
    assert verdict(chain, authority).code == "OK"
    assert verdict(chain, authority, host="x.testlab.com").code == "HOSTNAME_MISMATCH"
    assert verdict(chain, root("Other")).code == "UNKNOWN_ISSUER"


def test_an_authority_with_a_name_of_latin_letters_is_imported_trusted_and_found_by_its_name() -> None:
    anchor = self_signed(T61)
    leaf = renamed(server(anchor), anchor, issuer=T61)
    assert verdict([leaf], anchor).code == "OK"
    found = parse_file(anchor.der)[0].fields
    assert (found.subject, found.subject_name, found.is_self_issued) == ("CN=Müller", "Müller", True)
    twin = renamed(anchor, anchor, issuer=named(b"\x0c\x01x"), subject=named(b"\x0c\x07M\xc3\xbcller"))
    view = TrustView((row(twin),), "infrastructure", 1)
    assert view.authority_of(load(anchor.der), anchor.der) == row(twin)


@pytest.mark.parametrize("name", READ_BY_THE_LIBRARY.values(), ids=READ_BY_THE_LIBRARY)
def test_a_row_that_openssl_cannot_decode_stops_no_connection_and_is_not_imported(
    authority: Made, name: bytes
) -> None:
    issuing = intermediate(authority)
    junk = self_signed(name)
    assert verdict([server(issuing), issuing], junk, authority).code == "OK"
    with pytest.raises(ParseRefused) as caught:
        parse_file(junk.der)
    assert [finding.code for finding in caught.value.findings] == ["CERT_FIELDS_BROKEN"]
    leaf = renamed(server(issuing), issuing, subject=name)
    refused = verdict([leaf, issuing], authority)
    assert (refused.code, refused.depth) == ("CERT_UNREADABLE", 0)
    assert refused.params["detail"]
    assert (verdict([server(issuing), issuing, junk], authority)).depth == 2
