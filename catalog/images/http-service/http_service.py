"""A small HTTP server for one demo in its container. Standard library only.

It listens on a unix socket or an address, serves the page's files, and hands each API call to a function in its turn:
one at a time, a few waiting, the rest told to come back. Errors are JSON: {"error": {"code", "message"}}.

    service = Service("speak", page="/page")
    service.route("POST", "/api/speak", speak, largest=64 << 10)
    service.run(options)

A route's function takes a Request and returns a Response, or raises Refused. It runs on one worker thread, so engines
need no locks; `request.cancelled()` is true once its client has gone away.
"""
import argparse
import http.server
import json
import mimetypes
import os
import select
import signal
import socket
import socketserver
import stat
import sys
import threading
import urllib.parse

mimetypes.add_type("text/javascript", ".js")  # Python 3.11 still says application/javascript

MOST_WAITING = 8  # calls that wait for their turn; more are sent away
MOST_CONNECTIONS = 64
MOST_SKIPPED = 256 << 20  # bytes of a body that is too large


class Refused(Exception):
    """What the client asked for cannot be done; `message` is for a person."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Response:
    """The body with its type, and further headers."""

    def __init__(self, body, kind="application/json; charset=utf-8", headers=(), status=200):
        self.body = json.dumps(body, ensure_ascii=False).encode() if isinstance(body, (dict, list)) else body
        self.kind, self.headers, self.status = kind, dict(headers), status


class Request:
    """One call: `body` in bytes, `query` with the last value of each name."""

    def __init__(self, connection, body, query):
        self._connection, self.body, self.query = connection, body, query

    def cancelled(self):
        try:
            readable = select.select([self._connection], [], [], 0)[0]
            return bool(readable) and not self._connection.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True

    def json(self):
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            raise Refused(400, "not-json", "The request is not JSON.") from None
        if not isinstance(value, dict):
            raise Refused(400, "not-json", "The request must be a JSON object.")
        return value


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds that a client may be silent while we wait for its request

    def handle(self):
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            pass  # gone while we were writing, or before it asked anything

    def do_GET(self):
        self.answer_safely()

    do_HEAD = do_POST = do_DELETE = do_GET

    def answer_safely(self):
        try:
            response = self.answer()
        except Refused as refused:
            response = self.failed(refused.status, refused.code, refused.message)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
            return
        except Exception as error:  # the engine's fault: told to the log, and without its details to the client
            print(f"error: {self.command} {self.path.split('?')[0]}: {error!r}", file=sys.stderr, flush=True)
            response = self.failed(500, "engine-failed", "The engine failed on this input.")
        self.give(response)

    @staticmethod
    def failed(status, code, message):
        headers = {"Retry-After": "2"} if status == 503 else {}
        return Response({"error": {"code": code, "message": message}}, headers=headers, status=status)

    def answer(self):
        service = self.server.service
        address = urllib.parse.urlsplit(self.path)
        path = urllib.parse.unquote(address.path)
        if path == "/health" and self.command in ("GET", "HEAD"):
            if not service.ready.is_set():
                raise Refused(503, "loading", "The engine is still loading.")
            return Response({"status": "ok"})
        route = service.routes.get((self.command, path))
        if route:
            # Browsers say where a call comes from: pages of other sites must not make this computer work.
            if self.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
                self.close_connection = True
                raise Refused(403, "other-site", "Only the demo's own page may ask for this.")
            query = {name: values[-1] for name, values in urllib.parse.parse_qs(address.query).items()}
            return service.call(route[0], Request(self.connection, self.read_body(route[1]), query))
        if self.command in ("GET", "HEAD"):
            return self.page(service.page, path)
        if self.command != "DELETE":
            self.read_body(64 << 10)
        raise Refused(404, "no-such-address", "There is nothing at this address.")

    def read_body(self, largest):
        if self.command in ("GET", "HEAD", "DELETE"):
            return b""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or len(length) > 15:
            self.close_connection = True
            raise Refused(411, "no-length", "Send a Content-Length.")
        if int(length) > largest:
            self.close_connection = True
            self.skip(min(int(length), MOST_SKIPPED))  # a browser reads no answer before it has sent everything
            most = f"{largest / 1e6:.3g} MB" if largest >= 1e6 else f"{largest / 1e3:.0f} kB"
            raise Refused(413, "too-large", f"At most {most} are taken at once.")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionError
        return body

    def skip(self, count):
        while count > 0 and (piece := self.rfile.read(min(count, 1 << 16))):
            count -= len(piece)

    @staticmethod
    def page(folder, path):
        root = os.path.realpath(folder)
        file = os.path.realpath(os.path.join(root, "." + os.path.join("/", path))) if "\0" not in path else ""
        if file == root:
            file = os.path.join(root, "index.html")
        if not file.startswith(root + os.sep) or not os.path.isfile(file):
            raise Refused(404, "no-such-address", "There is nothing at this address.")
        kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
        with open(file, "rb") as opened:
            return Response(opened.read(), kind + ("; charset=utf-8" if kind.startswith("text/") else ""))

    def give(self, response):
        try:
            self.send_response(response.status)
            self.send_header("Content-Type", response.kind)
            self.send_header("Content-Length", str(len(response.body)))
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Cache-Control", "no-cache")
            # Everything comes from here, and nothing goes elsewhere.
            self.send_header("Content-Security-Policy",
                             "default-src 'self'; media-src 'self' blob:; img-src 'self' blob: data:")
            for name, value in response.headers.items():
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def send_error(self, code, message=None, explain=None):
        """What the base class refuses by itself, in our form."""
        self.close_connection = True
        self.give(self.failed(int(code), "bad-request", message or "This request cannot be understood."))

    def address_string(self):
        return "client"  # a unix socket has no address

    def log_request(self, code="-", size="-"):
        pass  # what people ask is theirs; errors are logged


class TcpServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # HTTPServer's own asks a name server for our name

    def process_request(self, request, client_address):
        if not self.service.connections.acquire(blocking=False):
            self.shutdown_request(request)  # each connection is a thread
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.service.connections.release()


class UnixServer(TcpServer):
    address_family = socket.AF_UNIX
    allow_reuse_address = False

    def server_bind(self):
        path = self.server_address
        if os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode):
            os.unlink(path)  # left behind by a killed one
        super().server_bind()


class Service:
    def __init__(self, name, page):
        self.name, self.page = name, page
        self.routes = {}
        self.ready = threading.Event()
        self.connections = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._places = threading.BoundedSemaphore(MOST_WAITING + 1)
        self._turn = threading.Lock()

    def route(self, method, path, function, largest=0):
        """`function` answers; a body of more than `largest` bytes is refused."""
        self.routes[(method, path)] = (function, largest)

    def call(self, function, request):
        if not self.ready.is_set():
            raise Refused(503, "loading", "The engine is still loading.")
        if not self._places.acquire(blocking=False):
            raise Refused(503, "busy", "Others are waiting already. Try again in a moment.")
        try:
            with self._turn:
                if request.cancelled():
                    raise ConnectionError
                return function(request)
        finally:
            self._places.release()

    @staticmethod
    def parser(description):
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--listen", default="127.0.0.1",
                            help="address, or a unix socket if it starts with / (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8080, help="(default: %(default)s)")
        return parser

    def run(self, options, load):
        """Serves until the process is told to end. `load` prepares the engine meanwhile; if it fails, so do we."""
        for number in (signal.SIGTERM, signal.SIGINT):  # at once, whatever the engine is doing; as process 1 too
            signal.signal(number, lambda *_: os._exit(0))
        unix = options.listen.startswith("/")
        server = (UnixServer if unix else TcpServer)(options.listen if unix else (options.listen, options.port), Handler)
        server.service = self

        def prepare():
            try:
                load()
            except Exception as error:
                print(f"error: the engine could not be loaded: {error!r}", file=sys.stderr, flush=True)
                os._exit(1)
            self.ready.set()
            threads = getattr(options, "threads", None)  # what was promised is looked for in the log
            print(f"{self.name}: ready" + (f" with {threads} threads" if threads else ""), flush=True)

        threading.Thread(target=prepare, daemon=True).start()
        print(f"{self.name}: listening on {options.listen}" + ("" if unix else f":{options.port}"), flush=True)
        server.serve_forever()
