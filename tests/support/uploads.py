"""Uploads of certificates as a browser sends them: in two steps, first the files, then the choice."""

from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from certificates.models import Upload
from tests.support.pki import Made

IMPORT = "/admin/system/certificates/trusted/import/"
TICKED = {"trust_infrastructure": "on", "trust_endpoints": "on"}


def file(data: bytes, name: str = "ca.pem") -> SimpleUploadedFile:
    """One file as the form sends it."""
    return SimpleUploadedFile(name, data)


def text_of(response: HttpResponse) -> str:
    """The text of a page that was answered with 200."""
    assert response.status_code == 200, response
    return unescape(response.content.decode())


def send(client: Client, *made: Made, **data: Any) -> str:
    """Take the first step with certificates in one PEM file; return the address of the second."""
    sent = data or {"certificate_file": file(b"".join(item.pem for item in made))}
    response = client.post(IMPORT, sent)
    assert response.status_code == 302, text_of(response)
    return str(response["Location"])


def taken(*places: int) -> dict[str, list[str]]:
    """The ticked certificates of the second step."""
    return {"taken": [str(place) for place in places]}


def upload_at(address: str) -> Upload:
    """The upload whose page stands at an address."""
    return Upload.objects.get(pk=address.rstrip("/").split("/")[-1])
