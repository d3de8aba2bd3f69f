"""What the log of the pages leaves out."""

import logging


class RefusedInOneLine(logging.Filter):
    """Leaves out where in the code a page was refused: that is said of faults of the server alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through, without a traceback below ERROR."""
        if record.levelno < logging.ERROR:
            record.exc_info = None
        return True
