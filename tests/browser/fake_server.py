"""A stand-in for an OpenAI-compatible chat server that serves a page, speaks as told, and remembers what it was asked."""

import contextlib
import http.server
import json
import pathlib
import threading
import time

PAGE = pathlib.Path(__file__).resolve().parents[2] / "catalog" / "images" / "chat-page"

CONTEXT_ERROR = {"code": 400, "type": "exceed_context_size_error", "n_prompt_tokens": 3000, "n_ctx": 2048,
                 "message": "request (3000 tokens) exceeds the available context size (2048 tokens), try increasing it"}


class FakeServer:
    """Set the attributes, then let the page ask. `url` is its address on the loopback interface."""

    def __init__(self):
        self.requests = []  # bodies of the chat requests, in order
        self.cut_connections = 0  # how many answers the page gave up
        self.reset()
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def reset(self):
        self.requests.clear()
        self.cut_connections = 0
        self.pieces = ["Hello", " there", "."]
        self.thoughts = []
        self.delay = 0.0  # seconds before each piece
        self.finish = "stop"
        self.timings = None
        self.usage = None
        self.break_after = None  # cut the connection after so many pieces
        self.errors = []  # (status, error) to answer with first, one for each request
        self.health = 200
        self.gone = False  # drop every connection except for files of the page
        self.has_health = True
        self.starting = False  # serve the start page and nothing else, as llama-server does while it loads its model
        self.context = 2048

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.SimpleHTTPRequestHandler):
    fake: FakeServer

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, directory=str(PAGE), **keywords)

    def log_message(self, *_):
        pass

    def do_GET(self):
        fake = self.fake
        replies = {
            "/health": (fake.health if fake.has_health else 404, {"status": "ok"}),
            "/v1/models": (200, {"data": [{"id": "/models/Tiny-Model-Q4.gguf"}]}),
            "/props": (200, {"default_generation_settings": {"n_ctx": fake.context}}),
        }
        if fake.starting and self.path != "/":
            self._send_json(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}})
        elif self.path not in replies:
            super().do_GET()
        elif fake.gone:
            self.close_connection = True
        else:
            self._send_json(*replies[self.path])

    def do_POST(self):
        fake = self.fake
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if fake.gone:
            self.close_connection = True
            return
        fake.requests.append(body)
        if fake.errors:
            status, error = fake.errors.pop(0)
            self._send_json(status, {"error": error})
            return
        try:
            self._stream()
        except OSError:
            fake.cut_connections += 1

    def _stream(self):
        fake = self.fake
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self._send_piece({"delta": {"role": "assistant", "content": None}})
        for thought in fake.thoughts:
            time.sleep(fake.delay)
            self._send_piece({"delta": {"reasoning_content": thought}})
        for number, piece in enumerate(fake.pieces):
            if number == fake.break_after:
                return
            time.sleep(fake.delay)
            self._send_piece({"delta": {"content": piece}})
        self._send_piece({"delta": {}, "finish_reason": fake.finish})
        last = {name: value for name, value in (("usage", fake.usage), ("timings", fake.timings)) if value}
        self._send_event(json.dumps({"choices": [], **last}))
        self._send_event("[DONE]")

    def _send_piece(self, choice):
        self._send_event(json.dumps({"choices": [{"index": 0, **choice}]}, ensure_ascii=False))

    def _send_event(self, data):
        event = f"data: {data}\n\n".encode()
        # A network may cut anywhere: here inside the first character that has several bytes.
        cut = next((place for place, byte in enumerate(event, 1) if byte > 127), 0)
        if cut:
            self.wfile.write(event[:cut])
            self.wfile.flush()
            time.sleep(0.02)
        self.wfile.write(event[cut:])
        self.wfile.flush()

    def _send_json(self, status, body):
        content = json.dumps(body).encode()
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
