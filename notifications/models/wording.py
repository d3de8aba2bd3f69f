"""The texts of the mails, each kept as it was when a mail was written with it."""

from django.db import models


class MailText(models.Model):
    """One version of a mail's text in one language; `digest` is over all of its content."""

    folder = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    digest = models.CharField(max_length=64, unique=True)
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    logo = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.folder}/{self.language} {self.digest[:12]}"
