"""Runs the verifier against outside path-validation suites: `./run suites --dir DIR [--json]`.

DIR holds one folder a suite, each with files in the format of C2SP/x509-limbo (`*.json`, also gzipped).
A case is looser when the verifier accepts what the suite refuses, stricter the other way round; explained
are those looser cases that docs/decisions/0009 names with a reason. Exit code: 0 when no looser case is
unexplained.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import multiprocessing
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from certificates.pki.asked import Policy, Purpose
from certificates.pki.trust import INFRASTRUCTURE, TrustedRow, TrustView
from certificates.pki.verdict import Verdict
from certificates.pki.verify import verify

EXPLANATIONS: Final = Path(__file__).resolve().parent.parent / "docs/decisions/0009-outside-suites.md"
NAMED_CASE: Final = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
PEM_BODY: Final = re.compile(r"-----BEGIN [^-]+-----(.*?)-----END", re.DOTALL)
OUTCOMES: Final = ("agree", "stricter", "looser", "explained")
CASES_A_TURN: Final = 50

Case = Mapping[str, Any]
Result = dict[str, list[str]]


def main(arguments: Sequence[str]) -> int:
    """Run every suite below a folder and print what came out."""
    parser = argparse.ArgumentParser(prog="./run suites", description=__doc__)
    parser.add_argument("--dir", required=True, type=Path, help="the folder with one folder a suite")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args(arguments)
    suites = dict(read_suites(options.dir))
    if not suites:
        parser.error(f"{options.dir} holds no suite: a folder with *.json or *.json.gz is one.")
    explained = named_cases(EXPLANATIONS.read_text(encoding="utf-8"))
    results = {name: run_suite(cases, explained) for name, cases in suites.items()}
    sys.stdout.write(json.dumps(results) + "\n" if options.json else table(results))
    return int(any(set(result["looser"]) - set(result["explained"]) for result in results.values()))


def read_suites(folder: Path) -> Iterator[tuple[str, list[Case]]]:
    """Read the cases of each suite: a folder below `folder`, or files in `folder` itself."""
    places = [path for path in sorted(folder.iterdir()) if path.is_dir()] if folder.is_dir() else []
    for place in [*places, folder]:
        cases = [case for file in sorted(place.glob("*.json*")) for case in _cases_of(file)]
        if cases:
            yield place.resolve().name, cases


def run_suite(cases: Sequence[Case], explained: frozenset[str]) -> Result:
    """Judge the cases of one suite on all cores and sort their ids by outcome."""
    result: Result = {outcome: [] for outcome in OUTCOMES}
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        for identifier, outcome in pool.imap(outcome_of, cases, CASES_A_TURN):
            result[outcome].append(identifier)
            if outcome == "looser" and identifier in explained:
                result["explained"].append(identifier)
    return result


def outcome_of(case: Case) -> tuple[str, str]:
    """Judge one case: its id with "agree", "stricter" or "looser"."""
    should_pass = case["expected_result"] == "SUCCESS"
    passes = judge(case).is_ok
    if passes == should_pass:
        return case["id"], "agree"
    return case["id"], "looser" if passes else "stricter"


def judge(case: Case) -> Verdict:
    """Ask the verifier what the case asks; its clock is that of the case, or now."""
    when = case.get("validation_time")
    name = case.get("expected_peer_name") or {}
    rows = tuple(
        TrustedRow(_der(pem), f"anchor {number}", True, frozenset({INFRASTRUCTURE}))
        for number, pem in enumerate(case["trusted_certs"])
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return verify(
            presented=[_der(pem) for pem in (case["peer_certificate"], *case["untrusted_intermediates"])],
            anchors=TrustView(rows, INFRASTRUCTURE, 0),
            host=name.get("value", ""),
            usage=INFRASTRUCTURE,
            now=datetime.fromisoformat(when) if when else datetime.now(UTC),
            crls=[_der(pem) for pem in case.get("crls") or ()],
            policy=Policy(
                purpose=Purpose(case["validation_kind"].lower()),
                most_authorities=case.get("max_chain_depth"),
            ),
        )


def named_cases(text: str) -> frozenset[str]:
    """The ids in the first column of the tables of a decision."""
    return frozenset(NAMED_CASE.findall(text))


def table(results: Mapping[str, Result]) -> str:
    """The outcomes as lines for a person: the numbers, then the ids of all that do not agree."""
    lines = []
    for name, result in results.items():
        numbers = ", ".join(f"{outcome} {len(result[outcome])}" for outcome in OUTCOMES)
        lines.append(f"{name}: {numbers}")
        open_cases = [case for case in result["looser"] if case not in result["explained"]]
        for title, cases in (
            ("looser and not explained", open_cases),
            ("explained", result["explained"]),
            ("stricter", result["stricter"]),
        ):
            lines += [f"  {title}:", *(f"    {case}" for case in cases)] if cases else []
    return "\n".join(lines) + "\n"


def _cases_of(file: Path) -> list[Case]:
    held = file.read_bytes()
    content = json.loads(gzip.decompress(held) if file.suffix == ".gz" else held)
    cases: list[Case] = content.get("testcases", []) if isinstance(content, dict) else []
    return cases


def _der(pem: str) -> bytes:
    found = PEM_BODY.search(pem)
    return base64.b64decode("".join(found.group(1).split())) if found else b""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
