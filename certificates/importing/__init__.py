"""Certificates come in: what a file holds, what is worth a question, what is stored."""
