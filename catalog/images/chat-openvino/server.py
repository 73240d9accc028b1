"""Serves one GGUF model through OpenVINO GenAI: a web page, and the part of OpenAI's HTTP interface that a chat needs.

GET / and files of --path, GET /health, GET /props, GET /v1/models, POST /v1/chat/completions (whole or streamed).
One answer at a time: the next request waits for its turn. Who goes away stops the answer that is made for them.
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
import time
import urllib.parse
import uuid

from engine import Engine, Gone, RequestError, checked

LARGEST_REQUEST = 4 << 20  # bytes
mimetypes.add_type("text/javascript", ".js")  # Python 3.11 still says application/javascript


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection. The server object carries `engine` and `page`."""
    protocol_version = "HTTP/1.1"
    timeout = 60  # seconds that a client may be silent while we wait for its request

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass  # gone while we were writing, or before it asked anything

    def do_GET(self):
        self.handle_safely(self.get)

    do_HEAD = do_GET

    def do_POST(self):
        self.handle_safely(self.post)

    def handle_safely(self, method):
        try:
            method(urllib.parse.unquote(urllib.parse.urlsplit(self.path).path))
        except RequestError as error:
            self.send_json(error.body, error.status)
        except (Gone, ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:
            print(f"error: {self.command} {self.path}: {error!r}", file=sys.stderr, flush=True)
            self.send_json(RequestError(500, str(error), "server_error").body, 500)

    def get(self, path):
        engine = self.server.engine
        if path in ("/health", "/v1/health"):
            self.require_ready()
            self.send_json({"status": "ok"})
        elif path in ("/v1/models", "/models"):
            self.send_json({"object": "list", "data": [{"id": engine.name, "object": "model", "owned_by": "openvino"}]})
        elif path == "/props":
            self.send_json({"model_path": engine.model, "default_generation_settings": {"n_ctx": engine.context}})
        else:
            self.send_page(path)

    def post(self, path):
        if path not in ("/v1/chat/completions", "/chat/completions"):
            raise RequestError(404, "no such address", "not_found_error")
        request = self.read_json()
        self.require_ready()
        request = checked(request, self.server.engine.context)
        self.head = {"id": "chatcmpl-" + uuid.uuid4().hex, "created": int(time.time()),
                     "model": self.server.engine.name}
        self.streaming = False
        try:
            (self.stream_answer if request["stream"] else self.whole_answer)(request)
        except Exception as error:
            if not self.streaming or isinstance(error, (Gone, ConnectionError, TimeoutError)):
                raise
            self.send_event({"error": {"code": 500, "message": str(error), "type": "server_error"}})

    def whole_answer(self, request):
        pieces = []
        result = self.server.engine.answer(request, pieces.append, self.check_client)
        message = {"role": "assistant", "content": "".join(pieces)}
        self.send_json({**self.head, "object": "chat.completion",
                        "choices": [{"index": 0, "message": message, "finish_reason": result["finish"]}],
                        "usage": result["usage"], "timings": result["timings"]})

    def stream_answer(self, request):
        def give(delta, finish=None, **further):
            if not self.streaming:  # not before the first piece: an error until then has its own status
                self.start("text/event-stream", None)
                self.streaming = True
            self.send_event({**self.head, "object": "chat.completion.chunk", **further,
                             "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

        result = self.server.engine.answer(request, lambda piece: piece and give({"content": piece}), self.check_client)
        give({}, result["finish"], usage=result["usage"], timings=result["timings"])
        self.wfile.write(b"data: [DONE]\n\n")

    def send_event(self, body):
        self.wfile.write(b"data: " + json.dumps(body).encode() + b"\n\n")

    def check_client(self):
        """Raises Gone when the other side has closed; what it may have sent stays unread."""
        if select.select([self.connection], [], [], 0)[0] and not self.connection.recv(1, socket.MSG_PEEK):
            raise Gone

    def require_ready(self):
        if not self.server.engine.ready.is_set():
            raise RequestError(503, "Loading model", "unavailable_error")

    def read_json(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_REQUEST:
            self.close_connection = True  # its body stays unread
            raise RequestError(413 if length.isdecimal() else 411, f"send Content-Length, at most {LARGEST_REQUEST}")
        try:
            return json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            raise RequestError(400, "the request is not JSON") from None

    def send_page(self, path):
        root = os.path.realpath(self.server.page) if self.server.page else None
        file = os.path.realpath(os.path.join(root, "." + os.path.join("/", path))) if root and "\0" not in path else ""
        if root and file == root:
            file = os.path.join(root, "index.html")
        if not root or not file.startswith(root + os.sep) or not os.path.isfile(file):
            raise RequestError(404, "no such address", "not_found_error")
        with open(file, "rb") as opened:
            content = opened.read()
        kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
        self.start(kind + ("; charset=utf-8" if kind.startswith("text/") else ""), len(content))
        if self.command != "HEAD":
            self.wfile.write(content)

    def send_json(self, body, status=200):
        content = json.dumps(body).encode()
        self.start("application/json; charset=utf-8", len(content), status)
        if self.command != "HEAD":
            self.wfile.write(content)

    def start(self, kind, length, status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-cache")
        if length is None or self.close_connection:  # a stream ends when its connection does
            self.send_header("Connection", "close")
            self.close_connection = True
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def address_string(self):
        return "client"  # a unix socket has no address

    def log_request(self, code="-", size="-"):
        pass  # what people ask is theirs; errors are logged


class TcpServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # HTTPServer's own asks a name server for our name


class UnixServer(TcpServer):
    address_family = socket.AF_UNIX
    allow_reuse_address = False

    def server_bind(self):
        path = self.server_address
        if os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode):
            os.unlink(path)  # left behind by a killed one
        super().server_bind()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-m", "--model", required=True, metavar="MODEL.gguf",
                        help="a GGUF file; a read-only one is copied to the folder for temporary files while it is read")
    parser.add_argument("--host", default="127.0.0.1",
                        help="address, or a unix socket if it starts with / (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="(default: %(default)s)")
    parser.add_argument("--path", metavar="DIRECTORY", help="the web page to serve")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0: OpenVINO's choice (default)")
    parser.add_argument("--context", type=int, default=4096,
                        help="tokens of question and answer together (default: %(default)s)")
    options = parser.parse_args()
    if options.threads < 0 or options.context < 16:
        parser.error("--threads must be at least 0, --context at least 16")

    for number in (signal.SIGTERM, signal.SIGINT):  # at once, whatever the engine is doing; as process 1 too
        signal.signal(number, lambda *_: os._exit(0))
    engine = Engine(options.model, options.threads, options.context)
    unix = options.host.startswith("/")
    server = UnixServer(options.host, Handler) if unix else TcpServer((options.host, options.port), Handler)
    server.engine, server.page = engine, options.path
    threading.Thread(target=engine.load, daemon=True).start()
    print(f"listening on {options.host}" + ("" if unix else f":{options.port}"), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
