"""The other end of mail that goes out."""

import logging
import socket
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller


class Mailbox:
    """An SMTP server that keeps what it takes. `refusals` maps a step to the reply it gives,
    `refused_once` to those that it gives first."""

    def __init__(self):
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self.raw, self.recipients, self.refusals = [], [], {}
        self.refused_once = {}
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_MAIL(self, server, session, envelope, address, options):
        if "mail" in self.refusals:
            return self.refusals["mail"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if "rcpt" in self.refusals:
            return self.refusals["rcpt"]
        if self.refused_once.get("rcpt"):
            return self.refused_once["rcpt"].pop()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refused_once.get("data"):
            return self.refused_once["data"].pop()
        self.raw.append(envelope.content)
        self.recipients.append(list(envelope.rcpt_tos))
        if self.refusals.get("data") == "dies":
            server.transport.abort()
        return self.refusals.get("data", "250 Kept")

    @property
    def mails(self):
        return [message_from_bytes(raw, policy=default) for raw in self.raw]

    def settings(self):
        return {
            "scheme": "smtp",
            "host": "127.0.0.1",
            "port": self.port,
            "username": "",
            "password": "",
            "use_ssl": False,
            "use_tls": False,
        }

    def close(self):
        self.controller.stop()


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
