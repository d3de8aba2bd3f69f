"""From a text and values to the bytes of a mail, and the rules a queued mail follows, without Django."""
