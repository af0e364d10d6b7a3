import logging
import re

TOKEN = re.compile(r"(/baton/link/|/show/|/follow/(?:confirm|stop)/)[^/\s\"']+")


class MaskTokens(logging.Filter):
    """A link opens somebody's turn, an unpublished text or what somebody follows: its secret part
    stands in no log."""

    def filter(self, record):
        message = record.getMessage()
        if TOKEN.search(message):
            record.msg, record.args = TOKEN.sub(r"\1…", message), None
        return True
