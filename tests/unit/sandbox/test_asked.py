"""What `up` refuses before there is a data folder."""

import os
import socket
from pathlib import Path

import pytest

from sandbox import asked, ports


def test_a_host_or_port_that_cannot_be_used_is_refused_before_the_folder_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISE_MAIL_DATA", "")
    data = tmp_path / "data"

    with pytest.raises(ports.PortTaken, match="no address of this machine"):
        asked.look(["--data", str(data), "--host", "203.0.113.9"], root=tmp_path)
    with pytest.raises(SystemExit) as ended:
        asked.look(["--data", str(data), "--port", "99999"], root=tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as busy, pytest.raises(ports.PortTaken, match="is in use"):
        asked.look([f"--data={data}", "--port", str(busy.getsockname()[1])], root=tmp_path)

    assert ended.value.code == 2
    assert os.environ["ISE_MAIL_DATA"] == str(data)
    assert not data.exists()
