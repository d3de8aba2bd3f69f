"""Everything that must hold before a commit, as `./run check` runs it; no step is left out when one fails."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PUBLIC_URL = {"ISE_MAIL_PUBLIC_URL": "https://ise-mail.example.com", "ISE_MAIL_SANDBOX": "0"}


@dataclass(frozen=True)
class Step:
    """One check: its name, its command, and what it finds in its environment besides ours."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a step ended."""

    step: Step
    seconds: float
    code: int


def steps(data: str) -> list[Step]:
    """Return the steps in order, the quick ones first; the Django ones work in the folder `data`."""
    tool = {name: str(BIN / name) for name in ("ruff", "mypy", "lint-imports")}
    manage = (sys.executable, "manage.py")
    own_data = {"ISE_MAIL_DATA": data}
    return [
        Step("format", (tool["ruff"], "format", "--check", ".", "run")),
        Step("lint", (tool["ruff"], "check", ".", "run")),
        Step("types", (tool["mypy"], ".", "run"), own_data),
        Step("imports", (tool["lint-imports"],), own_data),
        Step("migrations", (*manage, "makemigrations", "--check", "--dry-run"), own_data),
        Step(
            "deployment",
            (*manage, "check", "--deploy", "--fail-level", "WARNING"),
            {**own_data, **PUBLIC_URL},
        ),
        Step(
            "translations",
            (sys.executable, "-m", "pytest", "-q", "tests/integration/test_translations.py"),
        ),
        Step("tests", (sys.executable, "-m", "tools.suite")),
    ]


def main() -> int:
    """Run every step, print a table, and return 1 when any failed."""
    with tempfile.TemporaryDirectory() as data:
        outcomes = [_run(step) for step in steps(data)]
    _say("")
    for outcome in outcomes:
        verdict = "ok" if outcome.code == 0 else f"FAILED ({outcome.code})"
        _say(f"  {outcome.step.name:<14}{outcome.seconds:>8.1f} s   {verdict}")
    failed = [outcome.step.name for outcome in outcomes if outcome.code]
    _say(f"\nFailed: {', '.join(failed)}" if failed else "\nEverything holds.")
    return 1 if failed else 0


def _run(step: Step) -> Outcome:
    _say(f"\n== {step.name}")
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603
        step.command, cwd=ROOT, env={**os.environ, **step.environment}, check=False
    )
    return Outcome(step, time.monotonic() - began, done.returncode)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
