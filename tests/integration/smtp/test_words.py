"""ISE's four headlines, the cause and remedy of each outcome, and the documented exit codes."""

import pytest
from django.utils.translation import override

from certificates.chain_words import CHAIN, TLS
from notifications import stage_words, words
from notifications.smtp.errors import Code, Stage
from notifications.smtp.resolve import DnsFault

SSL = "Could not connect to SMTP server, SSL error. Please check the trusted certificates"
SIGN_IN = "Authentication failure: could not connect to SMTP server, user name or password is incorrect"
OTHER = "Connection to SMTP server failed"
ABOUT_TLS = {
    Code.TLS_ON_PLAIN_PORT,
    Code.PLAIN_ON_TLS_PORT,
    Code.STARTTLS_NOT_OFFERED,
    Code.STARTTLS_REFUSED,
    Code.STARTTLS_INJECTION,
    Code.TLS_VERSION,
    Code.TLS_NO_COMMON_CIPHER,
    Code.TLS_CLIENT_CERT_REQUIRED,
    Code.TLS_HANDSHAKE_TIMEOUT,
    Code.TLS_CLOSED,
    Code.TLS_PROTOCOL,
    Code.TLS_REQUIRED,
}
ABOUT_SIGN_IN = {Code.AUTH_REJECTED, Code.OAUTH_REJECTED}


def test_every_code_of_the_dialogue_has_its_row():
    assert set(Code) <= set(words.TABLE)


@pytest.mark.parametrize("code", list(Code))
def test_the_headline_follows_the_code(code: Code):
    expected = SSL if code in ABOUT_TLS else SIGN_IN if code in ABOUT_SIGN_IN else OTHER
    if code is Code.OK:
        expected = "Successfully connected to SMTP server"
    assert words.text_of(code, {}).headline == expected


@pytest.mark.parametrize("code", sorted(CHAIN))
def test_every_fault_of_a_certificate_carries_the_ssl_sentence_and_exit_code_31(code: str):
    told = words.text_of(code, {})
    assert told.headline == SSL
    assert told.cause and told.remedy
    assert words.exit_code(code, Stage.TRUST) == 31


@pytest.mark.parametrize("code", sorted(TLS))
def test_every_fault_of_a_handshake_has_exit_code_30(code: str):
    assert words.text_of(code, {}).headline == SSL
    assert words.exit_code(code, Stage.TLS) == 30


def test_a_stage_is_named_as_in_the_list_of_stages_and_the_outbound_gate_gives_its_reason():
    assert "at the stage “Greeting”." in words.text_of(Code.CONNECTION_RESET, {"step": "GREETING"}).cause
    refused = words.text_of(Code.ADDRESS_NOT_ALLOWED, {"peer": "127.0.0.1:25", "detail": "LOOPBACK"})
    assert refused.cause.endswith("(an address of the node itself).")


@pytest.mark.parametrize("code", list(words.TABLE))
def test_words_without_parameters_have_no_holes(code: str):
    told = words.text_of(code, {})
    assert "{" not in told.cause + told.remedy
    assert told.cause.endswith((".", "”", "not.")) and told.remedy.endswith(".")


def test_words_are_filled_with_what_is_known():
    told = words.text_of(
        Code.CONNECT_TIMEOUT, {"host": "mail.testlab.com", "port": "25", "seconds": "60", "text": ""}
    )
    assert told.cause == "No answer from mail.testlab.com on port 25 within 60 s."


@pytest.mark.parametrize("fault", list(DnsFault))
def test_why_a_name_leads_nowhere_is_told_in_words(fault: DnsFault):
    told = words.text_of(Code.DNS_FAILED, {"host": "mail.testlab.com", "fault": fault.value})
    assert told.cause == f"The name mail.testlab.com could not be resolved ({words.DNS_FAULTS[fault]})."
    assert fault.value not in told.cause


def test_what_a_server_says_is_not_a_template():
    told = words.text_of(Code.NOT_SMTP, {"text": "{host} {0} %(x)s"})
    assert "{host} {0} %(x)s" in told.cause


@pytest.mark.parametrize(
    ("code", "stage", "status"),
    [
        (Code.OK, None, 0),
        (Code.DNS_FAILED, Stage.RESOLVE, 10),
        (Code.DNS_TIMEOUT, Stage.RESOLVE, 10),
        (Code.CONNECT_REFUSED, Stage.CONNECT, 20),
        (Code.CONNECT_TIMEOUT, Stage.CONNECT, 20),
        (Code.ADDRESS_NOT_ALLOWED, Stage.CONNECT, 20),
        (Code.BANNER_TIMEOUT, Stage.GREETING, 21),
        (Code.CONNECTION_RESET, Stage.EHLO, 21),
        (Code.NOT_SMTP, Stage.GREETING, 21),
        (Code.REPLY_TIMEOUT, Stage.EHLO_AGAIN, 21),
        (Code.STARTTLS_NOT_OFFERED, Stage.STARTTLS, 30),
        (Code.TLS_CLOSED, Stage.TLS, 30),
        (Code.CONNECTION_RESET, Stage.STARTTLS, 30),
        ("UNKNOWN_ISSUER", Stage.TRUST, 31),
        (Code.AUTH_REJECTED, Stage.AUTH, 40),
        (Code.REPLY_TIMEOUT, Stage.AUTH, 40),
        (Code.RELAY_DENIED, Stage.RCPT, 50),
        (words.NODE_SILENT, None, 60),
    ],
)
def test_the_exit_code_follows_code_and_stage(code: str, stage: Stage | None, status: int):
    assert words.exit_code(code, stage) == status


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_a_name_and_tells_without_facts(stage: Stage):
    assert stage_words.name_of(stage)
    assert isinstance(stage_words.detail_of(stage, {}), str)


def test_the_attempts_before_the_one_that_succeeded_are_told():
    facts = {"peer": "127.0.0.1:25", "attempts": "[::1]:25=CONNECT_REFUSED, 127.0.0.1:25=OK"}
    told = stage_words.detail_of(Stage.CONNECT, facts)
    assert told == "127.0.0.1:25 accepted, before it in vain: [::1]:25=CONNECT_REFUSED"


def test_the_dns_answers_are_told():
    facts = {"host": "mail.testlab.com", "a": "10.106.32.25", "aaaa": "", "servers": "10.1.1.1"}
    told = stage_words.detail_of(Stage.RESOLVE, facts)
    assert told == "mail.testlab.com: A 10.106.32.25, AAAA none; DNS servers 10.1.1.1"


@pytest.mark.parametrize(
    ("code", "headline"),
    [
        (
            "UNKNOWN_ISSUER",
            "Impossible de se connecter au serveur SMTP, erreur SSL."
            " Veuillez vérifier les certificats de confiance",
        ),
        (
            Code.AUTH_REJECTED,
            "Échec de l'authentification : Impossible de se connecter au serveur SMTP,"
            " le nom d'utilisateur ou le mot de passe est incorrect",
        ),
        (Code.CONNECT_REFUSED, "Échec de la connexion au serveur SMTP"),
        (Code.OK, "Connexion réussie au serveur SMTP"),
    ],
)
def test_the_french_headlines_are_those_of_the_document(code: str, headline: str):
    with override("fr"):
        assert words.text_of(code, {}).headline.replace("\u00a0", " ") == headline


@pytest.mark.parametrize("code", list(words.TABLE))
def test_the_french_words_have_no_holes_either(code: str):
    with override("fr"):
        told = words.text_of(code, {})
    assert "{" not in told.cause + told.remedy
