"""From a refused chain to the certificate that is to be trusted: looked at, compared, imported, audited."""
