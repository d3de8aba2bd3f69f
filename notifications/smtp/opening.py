"""The way from a host name to a session that is ready for mail, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from certificates.pki import alerts, tls
from certificates.pki.trust import TrustView
from certificates.pki.verdict import OK, Verdict
from notifications.smtp import sasl
from notifications.smtp.connection import Permit, dial
from notifications.smtp.deadline import Deadline
from notifications.smtp.dialogue import Dialogue
from notifications.smtp.errors import Code, SmtpFailure, Stage
from notifications.smtp.extensions import Extensions, parse_extensions
from notifications.smtp.protocol import command
from notifications.smtp.resolve import Resolution, resolve
from notifications.smtp.settings import ServerSettings, TlsMode
from notifications.smtp.stages import Observer
from notifications.smtp.transcript import Redactor

# Nothing may be said to a server that broke the encryption or was not believed, not even QUIT.
_NO_FAREWELL = {Stage.STARTTLS, Stage.TLS, Stage.TRUST}

STATUS_RESERVE_SECONDS = 2.0
"""Kept for EHLO and sign-in while responders are asked about the server's certificate."""


@dataclass(frozen=True)
class Opening:
    """Everything that one attempt to open a session needs; `run` may be called once."""

    server: ServerSettings
    trust: TrustView
    now: datetime
    deadline: Deadline
    observer: Observer
    permit: Permit | None = None
    allow_cleartext_password: bool = False
    greeting_deadline: Deadline | None = None

    def run(self) -> Dialogue:
        """Return a dialogue that is ready for MAIL; raises SmtpFailure with the connection closed."""
        with self._told():
            dialogue = self._connect(self._resolve())
        try:
            with self._told():
                self._negotiate(dialogue)
        except SmtpFailure as failure:
            if failure.stage not in _NO_FAREWELL or failure.code == Code.STARTTLS_REFUSED:
                dialogue.say_goodbye(self.deadline)
            dialogue.close()
            raise
        except BaseException:
            dialogue.close()
            raise
        return dialogue

    def _resolve(self) -> Resolution:
        self.observer.begin(Stage.RESOLVE)
        resolution = resolve(self.server.host, self.server.port, self.deadline)
        self.observer.done(Stage.RESOLVE, {"host": self.server.host, **resolution.facts})
        return resolution

    def _connect(self, resolution: Resolution) -> Dialogue:
        self.observer.begin(Stage.CONNECT)
        dialed = dial(resolution, self.deadline, self.permit)
        peer = str(dialed.connection.endpoint)
        self.observer.done(Stage.CONNECT, {"peer": peer, "attempts": dialed.attempts})
        redactor = Redactor(self.server.user, self.server.password)
        return Dialogue(dialed.connection, self.observer, redactor)

    def _negotiate(self, dialogue: Dialogue) -> None:
        negotiation = self.server.negotiation
        if negotiation is TlsMode.IMPLICIT:
            self._encrypt(dialogue, if_plain=Code.PLAIN_ON_TLS_PORT)
        self._greet(dialogue)
        self._introduce(dialogue, Stage.EHLO)
        if negotiation is TlsMode.STARTTLS:
            self._ask_for_tls(dialogue)
            self._encrypt(dialogue, if_plain=Code.STARTTLS_INJECTION)
            self._introduce(dialogue, Stage.EHLO_AGAIN)
        if self.server.user:
            self._sign_in(dialogue)

    def _greet(self, dialogue: Dialogue) -> None:
        dialogue.begin(Stage.GREETING)
        reply = dialogue.hear(self.greeting_deadline or self.deadline)
        if reply.is_temporary:
            raise dialogue.failure(Code.SERVER_BUSY, reply)
        if reply.code != 220:
            raise dialogue.failure(Code.NOT_SMTP if reply.code < 400 else Code.REJECTED_AT_BANNER, reply)
        dialogue.done({"text": reply.text})

    def _introduce(self, dialogue: Dialogue, stage: Stage) -> None:
        dialogue.begin(stage)
        name = self.server.greeting_name
        reply = dialogue.ask(command("EHLO", name), self.deadline)
        if 500 <= reply.code < 600 and not self.server.is_encrypted and not self.server.user:
            # RFC 5321 4.1.4: a server that knows no EHLO gets HELO; it can then neither encrypt nor sign in.
            reply = dialogue.ask(command("HELO", name), self.deadline)
        if reply.is_temporary:
            raise dialogue.failure(Code.SERVER_BUSY, reply)
        if reply.code != 250:
            raise dialogue.failure(Code.EHLO_REFUSED, reply)
        dialogue.extensions = parse_extensions(reply)
        dialogue.done({"extensions": _listed(dialogue.extensions)})

    def _ask_for_tls(self, dialogue: Dialogue) -> None:
        dialogue.begin(Stage.STARTTLS)
        if not dialogue.extensions.has("STARTTLS"):
            raise dialogue.failure(Code.STARTTLS_NOT_OFFERED)
        reply = dialogue.ask(command("STARTTLS"), self.deadline)
        if reply.code != 220:
            raise dialogue.failure(Code.STARTTLS_REFUSED, reply)
        if injected := dialogue.connection.injected:
            dialogue.is_broken = True
            raise dialogue.failure(Code.STARTTLS_INJECTION, None, injected=injected)
        dialogue.done({"text": reply.text})

    def _encrypt(self, dialogue: Dialogue, *, if_plain: Code) -> None:
        dialogue.begin(Stage.TLS)
        context = tls.client_context(self.trust, now=self.now, minimum=self.server.minimum_tls)
        client = tls.TlsClient(context=context, host=self.server.host, view=self.trust, now=self.now)
        try:
            dialogue.start_tls(client, self.deadline, if_plain=if_plain)
        except SmtpFailure as failure:
            if failure.verdict is None or not failure.verdict.chain or failure.code in set(Code):
                raise
            raise self._distrusted(dialogue, client, failure.verdict) from failure
        dialogue.done({"version": client.version or "", "cipher": client.cipher or ""})
        self._judge(dialogue, client)

    def _judge(self, dialogue: Dialogue, client: tls.TlsClient) -> None:
        dialogue.begin(Stage.TRUST)
        verdict = client.verify_peer(seconds=self.deadline.leaving(STATUS_RESERVE_SECONDS).left)
        if verdict.code != OK:
            raise dialogue.distrust(verdict)
        dialogue.verdict = verdict
        dialogue.note(f"{client.version} {client.cipher}")
        dialogue.done(_trust_facts(verdict))

    def _distrusted(self, dialogue: Dialogue, client: tls.TlsClient, verdict: Verdict) -> SmtpFailure:
        """The certificate was refused inside the handshake: TLS was spoken, trust is what failed."""
        dialogue.done({"version": client.version or "", "cipher": client.cipher or ""})
        dialogue.begin(Stage.TRUST)
        if client.alert_sent is not None:
            dialogue.note(f"→ TLS alert {client.alert_sent} ({alerts.name_of(client.alert_sent)})")
        return dialogue.distrust(verdict)

    def _sign_in(self, dialogue: Dialogue) -> None:
        dialogue.begin(Stage.AUTH)
        if dialogue.connection.tls is None and not self.allow_cleartext_password:
            raise dialogue.failure(Code.AUTH_NEEDS_TLS)
        mechanism = sasl.sign_in(dialogue, self.server.user, self.server.password, self.deadline)
        dialogue.done({"mechanism": mechanism, "user": self.server.user})

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Complete a failure with what the words about it need."""
        try:
            yield
        except SmtpFailure as failure:
            server = self.server
            base = {"host": server.host, "port": str(server.port), "seconds": str(server.timeout_seconds)}
            failure.params = {**base, "user": server.user, "step": str(failure.stage), **failure.params}
            raise


def _listed(extensions: Extensions) -> str:
    return " · ".join(" ".join((keyword, *words)) for keyword, words in extensions.keywords.items())


def _trust_facts(verdict: Verdict) -> dict[str, str]:
    anchors = [certificate for certificate in verdict.chain if certificate.source == "store"]
    anchor = anchors[-1] if anchors else (verdict.chain[-1] if verdict.chain else None)
    return {
        "anchor": anchor.subject if anchor else "",
        "warnings": ", ".join(f.code for f in verdict.findings),
    }
