"""The ZIP archive that is written piece by piece, read by the archive of the standard library."""

import io
import zipfile
from datetime import UTC, datetime

from certificates.listing.zipped import archive

NOW = datetime(2026, 11, 24, 9, 30, 12, tzinfo=UTC)


def opened(files: list[tuple[str, bytes]]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(archive(files, now=NOW))))


def test_every_file_is_there_with_its_content_and_date() -> None:
    with opened([("a.pem", b"one"), ("Größe.pem", b""), ("c.pem", b"\x00" * 100_000)]) as found:
        assert found.testzip() is None
        assert [found.read(name) for name in found.namelist()] == [b"one", b"", b"\x00" * 100_000]
        assert found.namelist()[1] == "Größe.pem"
        assert found.infolist()[0].date_time == (2026, 11, 24, 9, 30, 12)


def test_an_archive_without_files_is_an_archive() -> None:
    with opened([]) as found:
        assert found.namelist() == []


def test_more_files_than_the_old_format_counts_are_all_there() -> None:
    with opened([(f"{number}.pem", b"x") for number in range(65_536)]) as found:
        assert len(found.namelist()) == 65_536
        assert found.read("65535.pem") == b"x"
