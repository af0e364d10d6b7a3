"""A mail server on loopback that answers as a test wants it to."""

import socket
from email import message_from_bytes, policy
from typing import NamedTuple

from aiosmtpd.controller import Controller


class Mail(NamedTuple):
    address: str
    message_id: str
    subject: str


class Postbox:
    """A mail server. `answers` and `verdicts` are asked for what it says to RCPT and to DATA."""

    def __init__(self):
        self.port = free_port()
        self.got = []
        self.messages = []  # the same, whole
        self.answers = lambda address: "250 OK"
        self.verdicts = lambda mail, text: "250 OK"

    def open(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def close(self):
        self.controller.stop()

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        [address] = envelope.rcpt_tos
        mail = Mail(address, message["Message-ID"], message["Subject"])
        verdict = self.verdicts(mail, message.get_body(["plain"]).get_content())
        if not verdict:  # the line breaks between DATA and OK, and the letter has come all the same
            self.got.append(mail)
            server.transport.abort()
            return "421 Gone"
        if verdict.startswith("250"):
            self.got.append(mail)
            self.messages.append(message)
        return verdict

    @property
    def addresses(self):
        return [mail.address for mail in self.got]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
