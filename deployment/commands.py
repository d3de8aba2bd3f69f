"""What every management command is made of: its exit codes, and a look at the key ring before it writes."""

import json
import os
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    DjangoHelpFormatter,
    OutputWrapper,
)

from console.plain_text import escaped
from console.secrets import KeyRingBroken
from deployment import keys
from deployment.database import UNREACHABLE

USAGE = 2
READER_GONE = 141
"""128 and the number of SIGPIPE: what a shell reports of a program whose reader ended first."""


class _Formatter(RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """Keeps the lines of the exit codes apart."""


class _PlainOutput(OutputWrapper):
    """Spells out control characters: what a server said or a certificate holds must not steer a terminal."""

    is_used = False

    # A text stream writes with one argument; Django's wrapper, and so this one, takes two more.
    def write(self, msg: str = "", style_func: Any = None, ending: str | None = None) -> None:  # type: ignore[override]
        self.is_used = True
        super().write(escaped(str(msg), keep="\n\t"), style_func, ending)


class ProjectCommand(BaseCommand):
    """A command whose `--help` ends with its exit codes, and that writes nothing under a foreign key ring.

    Rows written under a key that the other nodes lack would keep every one of them from starting.
    """

    stdout: _PlainOutput
    exit_codes: ClassVar[Mapping[int, str]] = {}

    def __init__(self, stdout: Any = None, stderr: Any = None, **options: Any) -> None:
        super().__init__(stdout, stderr, **options)
        style = self.stderr.style_func
        self.stdout, self.stderr = _PlainOutput(stdout or sys.stdout), _PlainOutput(stderr or sys.stderr)
        self.stderr.style_func = style

    def writes(self, options: Mapping[str, Any]) -> bool:  # noqa: ARG002  (for commands that may only read)
        """Say whether these options have the command write rows."""
        return True

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, with the exit codes below its options."""
        codes = {**self.exit_codes, UNREACHABLE: "the database takes no connection"}
        lines = [f"  {code:>3}  {meaning}" for code, meaning in sorted(codes.items())]
        kwargs.setdefault("epilog", "\n".join(["exit codes:", *lines]))
        kwargs.setdefault("formatter_class", _Formatter)
        return super().create_parser(prog_name, subcommand, **kwargs)

    def run_from_argv(self, argv: Sequence[str]) -> None:
        """Run from the command line; a reader that ends first, such as `head`, is no fault to report."""
        try:
            try:
                super().run_from_argv(list(argv))
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(READER_GONE)

    def execute(self, *args: Any, **options: Any) -> Any:
        """Refuse a key ring that lacks keys in use, with exit code 2, then do the work.

        With --json a refusal is one JSON object too, unless the command wrote its own.
        """
        for name in ("stdout", "stderr"):
            if options.get(name):
                setattr(self, name, _PlainOutput(options.pop(name)))
        try:
            if self.writes(options):
                require_keys()
            return super().execute(*args, **options)
        except CommandError as refused:
            if (options.get("json") or options.get("as_json")) and not self.stdout.is_used:
                code = "USAGE" if refused.returncode == USAGE else "REFUSED"
                self.stdout.write(json.dumps({"code": code, "error": str(refused)}))
            raise


def require_keys() -> None:
    """Return when this node's ring holds every key in use; raises CommandError with exit code 2."""
    try:
        keys.require_all()
    except (keys.RingIncomplete, KeyRingBroken) as error:
        raise CommandError(str(error), returncode=USAGE) from error
