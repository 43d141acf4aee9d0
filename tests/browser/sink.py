"""A server of somebody else: a client's redirect URI, or a page of an attacker."""

import http.server
import socketserver
import threading
import urllib.parse


class Sink:
    """Keeps what comes: method, path with query, form. Answers with the page of that path, or that
    it has arrived.
    """

    def __init__(self):
        self.came, self.pages = [], {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                outer.came.append((self.command, self.path, dict(urllib.parse.parse_qsl(form))))
                page = outer.pages.get(self.path.partition("?")[0], "<h1>Arrived</h1>")
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def came_to(self, path):
        return [each for each in self.came if each[1].startswith(path)]
