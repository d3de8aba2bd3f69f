"""Where the sandbox relay listens and who may sign in to it: one small file in the data folder."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Coordinates:
    """What a mail client needs to use the sandbox relay."""

    host: str
    starttls_port: int
    tls_port: int
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Coordinates({self.host}, {self.starttls_port}, {self.tls_port}, {self.user})"


def sandbox_folder(data: Path) -> Path:
    """Return the folder of everything the sandbox keeps."""
    return data / "sandbox"


def read_coordinates(data: Path) -> Coordinates | None:
    """Return what the last start wrote, or None before the first one."""
    try:
        return Coordinates(**json.loads((sandbox_folder(data) / "relay.json").read_text()))
    except FileNotFoundError:
        return None


def write_coordinates(data: Path, coordinates: Coordinates) -> None:
    """Keep the coordinates for the relay, the pages and the next start; only the owner may read them."""
    folder = sandbox_folder(data)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / ".relay.json.part"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(coordinates), file)
    partial.replace(folder / "relay.json")
