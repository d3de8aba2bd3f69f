"""X.509 without a framework: reading certificates, judging chains, speaking TLS."""
