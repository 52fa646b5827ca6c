"""The other end of what is pushed: a push service, and browsers that it works for."""

import http.server
import json
import threading

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
        # It looks so often, in seconds, whether it is to end.
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def browser(self, name="one"):
        return PushBrowser(f"http://{self.host}/send/{name}")

    def shown_by(self, browser):
        """What the browser has shown, decrypted with its own key."""
        path = "/" + browser.recipient.endpoint.split("/", 3)[3]
        return [json.loads(browser.read(body)) for to, _, body in self.calls if to == path]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
