"""One SMTP conversation: from the name of a server to an accepted message, without Django."""
