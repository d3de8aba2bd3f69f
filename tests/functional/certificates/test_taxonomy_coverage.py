"""No code of the taxonomy without a test: it stands in the table of cases or in a test that is named here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils.translation import override

from certificates.chain_words import CHAIN, TLS
from certificates.revocation.fetch_words import FETCHING
from certificates.revocation.words import REVOCATION
from notifications import words
from tests.functional.certificates.test_taxonomy import decide
from tests.support.taxonomy.case import Case, scene_of
from tests.support.taxonomy.table import CASES

TESTS = Path(__file__).resolve().parents[2]
IN_THE_TABLE = frozenset(code for case in CASES for code in (case.code, case.offline, *case.warnings) if code)
ELSEWHERE = {
    "functional/smtp/test_tls_faults.py": {
        "EHLO_REFUSED",
        "TLS_CLIENT_CERT_REQUIRED", "TLS_CLOSED", "TLS_HANDSHAKE_TIMEOUT", "TLS_PROTOCOL", "TLS_VERSION",
    },
    "functional/smtp/test_hostile_servers.py": {
        "ADDRESS_NOT_ALLOWED", "AUTH_MECH_UNSUPPORTED", "AUTH_NEEDS_TLS", "AUTH_NOT_OFFERED",
        "AUTH_PROTOCOL", "AUTH_REJECTED", "AUTH_TEMPORARY", "BANNER_TIMEOUT", "CONNECTION_RESET",
        "CONNECT_REFUSED", "CONNECT_UNREACHABLE", "DNS_TIMEOUT", "NOT_SMTP", "PLAIN_ON_TLS_PORT",
        "REJECTED_AT_BANNER",
        "REPLY_LINE_TOO_LONG", "REPLY_TIMEOUT", "REPLY_TOO_LARGE", "SERVER_BUSY", "STARTTLS_INJECTION",
        "STARTTLS_NOT_OFFERED", "STARTTLS_REFUSED", "TLS_ON_PLAIN_PORT",
    },
    "functional/smtp/test_document_captures.py": {"DNS_FAILED"},
    "functional/smtp/test_timeouts.py": {"CONNECT_TIMEOUT"},
    "functional/smtp/test_sending.py": {
        "ADDRESS_MALFORMED", "ANSWER_MISSING", "DATA_REFUSED", "GREYLISTED", "MESSAGE_MALFORMED",
        "NEEDS_8BITMIME", "NEEDS_SMTPUTF8", "RECIPIENT_REFUSED", "SENDER_REFUSED", "SIZE_EXCEEDED",
    },
    "unit/smtp/test_refusals.py": {"AUTH_REQUIRED", "RELAY_DENIED", "REPLY_UNEXPECTED", "TLS_REQUIRED"},
    "unit/smtp/test_reply_reader.py": {"REPLY_CODES_MIXED"},
    "functional/smtp/test_commands.py": {"NODE_SILENT"},
    "integration/smtp/test_connection_tests.py": {"INTERNAL", "SECRET_UNREADABLE"},
    "unit/certificates/test_crl.py": {"CRL_NUMBER_BACK"},
    "functional/certificates/test_crl_downloads.py": {"CRL_OLDER"},
    "functional/certificates/test_ocsp_queries.py": {
        "OCSP_NONCE_MISMATCH", "OCSP_NO_ADDRESS", "OCSP_OUT_OF_TIME",
    },
    "unit/certificates/test_ocsp.py": {"OCSP_NONCE_MISSING"},
}  # fmt: skip
WAITS_FOR_OAUTH = frozenset({"OAUTH_REJECTED", "OAUTH_TOKEN"})
"""Codes of a sign-in that does not exist yet; nothing gives them until it does."""


def test_every_code_has_a_case_or_a_test_that_is_named() -> None:
    told = {*CHAIN, *TLS, *REVOCATION, *map(str, words.TABLE)} - {*FETCHING}
    held = IN_THE_TABLE.union(*ELSEWHERE.values(), WAITS_FOR_OAUTH)
    assert told - held == set()


def test_no_code_waits_for_a_sign_in_that_has_come() -> None:
    product = (
        file for app in ("notifications", "certificates") for file in (TESTS.parent / app).rglob("*.py")
    )
    told = "".join(file.read_text() for file in product if file.name not in {"errors.py", "words.py"})
    assert {code for code in WAITS_FOR_OAUTH if code in told} == set()


@pytest.mark.parametrize("file", list(ELSEWHERE))
def test_the_named_tests_hold_the_codes(file: str) -> None:
    found = set(re.findall(r"[A-Z0-9_]{4,}", (TESTS / file).read_text()))
    assert ELSEWHERE[file] - found == set()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_words_of_each_case_are_complete_and_escaped(case: Case, language: str) -> None:
    verdict = decide(scene_of(case.build))
    if verdict.is_ok:
        assert case.code == "OK"
        return
    hostile = {name: value + "<b>" if name == "name" else value for name, value in verdict.params.items()}
    with override(language):
        told = words.text_of(verdict.code, hostile)
        shown = Template("{{ told.cause }} {{ told.remedy }}").render(Context({"told": told}))
        assert told.headline == str(words.SSL)
        is_french = told.headline.startswith("Impossible de se connecter au serveur SMTP, erreur SSL")
    assert is_french is (language == "fr")
    assert "—" not in told.cause and "%(" not in shown and "<b>" not in shown
