"""One trusted certificate: its page, its edit form, and its deletion."""
