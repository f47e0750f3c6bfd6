"""Stands in for a service: answers on its port, and shows its environment to whoever asks."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answers(BaseHTTPRequestHandler):
    """Ready at once."""

    def do_GET(self) -> None:
        """Its environment; but on `/die` it fails at once."""
        if self.path == "/die":
            os._exit(3)
        body = json.dumps(dict(os.environ)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["ETABLI_PORT"])), Answers).serve_forever()
