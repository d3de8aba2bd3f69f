"""Whether a certificate was revoked: lists fetched, responders asked, and which answer counts."""
