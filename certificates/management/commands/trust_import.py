"""Import trusted certificates from files."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from certificates import truststore, words
from certificates.pki.parse import MAX_FILE_BYTES
from certificates.pki.verdict import Finding
from certificates.truststore import Confirmation, ImportRefused, ImportResult, Usage
from deployment.commands import ProjectCommand

_ALLOWED = {
    Confirmation.OUT_OF_DATE: "certificates that are out of date",
    Confirmation.SHA1: "certificates signed with SHA-1 or MD5",
    Confirmation.NOT_A_CA: "certificates that are no authority",
}


class Command(ProjectCommand):
    """Imports the files in order, all of their certificates or none."""

    help = "Import PEM, DER or PKCS#7 files; all of their certificates are stored, or none."
    exit_codes = {
        0: "imported",
        2: "usage, a file that cannot be read, or the key ring lacks keys that are in use",
        3: "refused; then no file is stored",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the arguments."""
        known = ",".join(Usage)
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--for", required=True, type=_usages, dest="usages", help=f"some of {known}")
        parser.add_argument(
            "--name", default="", help="friendly name; empty: made of the certificate's own names"
        )
        parser.add_argument("--description", default="")
        parser.add_argument(
            "--validate-extensions",
            action="store_true",
            help="refuse what does not say that it is an authority (CA true and keyCertSign)",
        )
        parser.add_argument(
            "--strict", action="store_true", help="refuse also what a page would ask to confirm"
        )
        for box, what in _ALLOWED.items():
            parser.add_argument(
                _option(box), action="store_true", help=f"with --strict: take {what} all the same"
            )
        parser.add_argument("--json", action="store_true", dest="as_json", help="write one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the files in order; raises CommandError with a documented exit code."""
        contents = [(path, self._content(path)) for path in options["files"]]
        results = []
        try:
            with transaction.atomic():
                for path, data in contents:
                    results.append(self._import(path, data, options))
        except _Refused as refused:
            self._refuse(refused, as_json=options["as_json"])
        self._report(results, as_json=options["as_json"])

    def _content(self, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(MAX_FILE_BYTES + 1)  # one more byte than is taken tells that it is too large
        except OSError as error:
            raise CommandError(f"The file {path} cannot be read: {error.strerror}.", returncode=2) from error

    def _import(self, path: Path, data: bytes, options: dict[str, Any]) -> ImportResult:
        try:
            return truststore.import_certificates(
                data=data,
                usages=options["usages"],
                name=options["name"],
                description=options["description"],
                accept_warnings=not options["strict"],
                confirmed=frozenset(box for box in _ALLOWED if options[box.value]),
                validate_extensions=options["validate_extensions"],
                actor="command line",
                now=timezone.now(),
            )
        except ImportRefused as refusal:
            raise _Refused(path, refusal.findings) from refusal

    def _refuse(self, refused: "_Refused", *, as_json: bool) -> NoReturn:
        findings = [_plain(finding) for finding in refused.findings]
        if as_json:
            shown = {"code": "REFUSED", "file": str(refused.path), "findings": findings}
            self.stdout.write(json.dumps(shown))
        sentences = "\n".join(f"  {finding['text']}" for finding in findings)
        raise CommandError(f"{refused.path} was refused, nothing was stored.\n{sentences}", returncode=3)

    def _report(self, results: list[ImportResult], *, as_json: bool) -> None:
        stored = [certificate for result in results for certificate in result.certificates]
        warnings = [_plain(finding) for result in results for finding in result.warnings]
        if as_json:
            rows = [{"id": c.id, "friendly_name": c.friendly_name, "sha256": c.fingerprint} for c in stored]
            self.stdout.write(json.dumps({"code": "OK", "certificates": rows, "warnings": warnings}))
            return
        for certificate in stored:
            self.stdout.write(f"Imported “{certificate.friendly_name}”, SHA-256 {certificate.fingerprint}")
        for warning in warnings:
            self.stderr.write(f"Warning: {warning['text']}")


class _Refused(Exception):
    """One file of the command was refused."""

    def __init__(self, path: Path, findings: tuple[Finding, ...]) -> None:
        super().__init__(str(path))
        self.path = path
        self.findings = findings


def _option(box: Confirmation) -> str:
    return f"--{box.value.replace('_', '-')}"


def _usages(text: str) -> frozenset[Usage]:
    """Read comma-separated usage names; raises ArgumentTypeError for a name that ISE has not."""
    try:
        chosen = frozenset(Usage(word.strip()) for word in text.split(",") if word.strip())
    except ValueError as error:
        raise ArgumentTypeError(f"{error}; known are {', '.join(Usage)}") from error
    if not chosen:
        raise ArgumentTypeError(f"name at least one of {', '.join(Usage)}")
    return chosen


def _plain(finding: Finding) -> dict[str, Any]:
    return finding.as_json() | {"text": str(words.text_of(finding.code, finding.params))}
