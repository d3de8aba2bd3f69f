"""What the supervisor is asked to keep running: plain data, handed over as JSON."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Program:
    """One process: its command, what it finds in its environment, and the signal that asks it to end."""

    name: str
    command: tuple[str, ...]
    stop_signal: str = "SIGTERM"


@dataclass(frozen=True)
class Plan:
    """Everything the supervisor needs; it reads no settings of its own."""

    data: str
    url: str
    host: str
    port: int
    broker_socket: str
    broker: Program | None
    programs: tuple[Program, ...]
    environment: dict[str, str] = field(repr=False)
    box: tuple[tuple[str, str], ...] = field(repr=False)
    """The lines of the box on the terminal: label and text; an empty label continues the line above."""


def to_json(plan: Plan) -> str:
    """Return the plan as text."""
    return json.dumps(asdict(plan))


def from_json(text: str) -> Plan:
    """Return the plan that `to_json` wrote."""
    fields = json.loads(text)
    broker = fields.pop("broker")
    programs = fields.pop("programs")
    box = fields.pop("box")
    return Plan(
        **fields,
        broker=_program(broker) if broker else None,
        programs=tuple(_program(program) for program in programs),
        box=tuple((label, line) for label, line in box),
    )


def _program(fields: dict[str, object]) -> Program:
    command = fields["command"]
    assert isinstance(command, list)
    return Program(str(fields["name"]), tuple(command), str(fields["stop_signal"]))
