"""The other ends of what goes out: a browser's push service, a mail server."""

import http.server
import json
import logging
import socket
import threading
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller

from tests.web.test_webpush import Browser as PushBrowser


class PushService:
    """A push service on this machine, and a browser whose messages it holds.

    `answers` are the statuses to give, the last one for ever; `headers` go on each.
    """

    def __init__(self):
        self.answers, self.headers, self.calls = [201], {}, []
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.calls.append((self.path, dict(self.headers.items()), body))
                status = service.answers.pop(0) if service.answers[1:] else service.answers[0]
                self.send_response(status)
                for name, value in service.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def browser(self, name="one"):
        return PushBrowser(f"http://{self.host}/send/{name}")

    def shown_by(self, browser):
        """What the browser has shown, decrypted with its own key."""
        path = "/" + browser.recipient.endpoint.split("/", 3)[3]
        return [json.loads(browser.read(body)) for to, _, body in self.calls if to == path]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


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
