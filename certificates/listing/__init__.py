"""The list of trusted certificates, and what is done to many of them at once."""
