#!/usr/bin/env python3
"""A web server that misbehaves on request: /FAULT/NAME serves NAME of the given folder with that fault.

usage: faulty_server.py FOLDER [UNIX_SOCKET]
Prints its port (or "ready") and a newline when it listens. Each request is one JSON line in FOLDER/requests.log.
Faults, "N" being a number:
  plain, cut-N (the first response ends after N bytes), cuts-N (every response does), norange-N (the first ends after N
  bytes and Range is ignored), shifted-N (like cut-N, then 206 from another place), range200-N (like cut-N, then 200 with a
  Content-Range), moved-N (like cut-N, then another ETag), plainetag-N (like cut-N, the ETag stays), short, long (no length),
  corrupt, stall-N (the first hangs after N bytes), nolength-N (the first ends after N bytes and no response has a length),
  status-CODE-N (the first N responses), retry-CODE-N (the same with Retry-After: 0), retrylater-CODE (Retry-After: 9999),
  slow-N (N KiB/s), and without a file: redirect/URL (in %XX), echo, lines, late, hang,
  drop (closes without an answer), auth/NAME (401 without an Authorization).
"""
import hashlib, json, os, re, socketserver, sys, threading, time, urllib.parse
from http.server import BaseHTTPRequestHandler

folder = sys.argv[1]
lock = threading.Lock()
seen = {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def address_string(self):
        return "client"

    def note(self, length=0, digest=""):
        entry = {"method": self.command, "path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()},
                 "connection": id(self.connection), "bodyBytes": length, "bodySha256": digest}
        with lock:
            seen[self.path] = seen.get(self.path, 0) + 1
            with open(os.path.join(folder, "requests.log"), "a") as log:
                log.write(json.dumps(entry) + "\n")
            return seen[self.path]

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_POST(self):
        left = int(self.headers.get("Content-Length", 0))
        total, digest = left, hashlib.sha256()
        while left:
            piece = self.rfile.read(min(left, 1 << 20))
            digest.update(piece)
            left -= len(piece)
        self.note(total, digest.hexdigest())
        body = {"method": self.command, "bytes": total, "sha256": digest.hexdigest(), "type": self.headers.get("Content-Type")}
        self.answer(201, json.dumps(body).encode(), Content_Type="application/json")

    do_PUT = do_DELETE = do_POST

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        count = self.note()
        fault, _, rest = self.path.lstrip("/").partition("/")
        words = fault.split("-")
        special = getattr(self, "special_" + words[0], None)
        if special:
            return special(words, urllib.parse.unquote(rest), count)
        path = os.path.join(folder, urllib.parse.unquote(rest).partition("?")[0])
        if os.path.isdir(path):
            path = os.path.join(path, "index")
        if not os.path.exists(path):
            return self.answer(404)
        with open(path, "rb") as file:
            self.serve(words, file.read(), count)

    def serve(self, words, data, count):
        fault, number = words[0], int(words[-1]) if len(words) > 1 else 0
        if fault in ("status", "retry") and count <= number:
            return self.answer(int(words[1]), b"later", **({"Retry_After": "0"} if fault == "retry" else {}))
        if fault == "retrylater":
            return self.answer(number, b"later", Retry_After="9999")
        if fault == "short":
            data = data[:-10]
        if fault == "long":
            data = data + b"0123456789"
        if fault == "corrupt":
            data = data[:len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1:]
        etag = '"%d"' % (count if fault == "moved" else 1)
        start = self.wanted_start(fault, etag)
        if start >= len(data) > 0:
            return self.answer(416, Content_Range="bytes */%d" % len(data))
        shown = start
        if fault == "shifted" and start:
            shown = start - 7
        self.send_response(206 if start and fault != "range200" else 200)
        if start:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (shown, len(data) - 1, len(data)))
        if fault in ("moved", "plainetag"):
            self.send_header("ETag", etag)
        body = data[shown:]
        if fault not in ("long", "nolength"):
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.send(fault, number, body, count)

    def wanted_start(self, fault, etag):
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not match or fault in ("norange", "corrupt"):
            return 0
        if self.headers.get("If-Range", etag) != etag:
            return 0
        return int(match.group(1))

    def send(self, fault, number, body, count):
        cut = (fault in ("cut", "norange", "shifted", "range200", "moved", "plainetag", "nolength") and count == 1) or fault == "cuts"
        if cut:
            self.wfile.write(body[:number])
            self.close_connection = True
        elif fault == "stall" and count == 1:
            self.wfile.write(body[:number])
            self.wfile.flush()
            time.sleep(3600)
        elif fault == "slow":
            for at in range(0, len(body), number * 64):
                self.wfile.write(body[at:at + number * 64])
                time.sleep(1 / 16)
        else:
            self.wfile.write(body)

    def special_redirect(self, words, rest, count):
        self.answer(302, b"go there", Location=rest)

    def special_echo(self, words, rest, count):
        self.answer(200, json.dumps({k.lower(): v for k, v in self.headers.items()}).encode(), X_Twice="one", x_twice="two")

    def special_lines(self, words, rest, count):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in range(5):
            line = b'{"number":%d}\n' % number
            self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            self.wfile.flush()
            time.sleep(0.02)
        if rest == "endless":
            time.sleep(3600)
        self.wfile.write(b"0\r\n\r\n")

    def special_late(self, words, rest, count):
        time.sleep(0.5)
        self.answer(200, b"late")

    def special_hang(self, words, rest, count):
        time.sleep(3600)

    def special_drop(self, words, rest, count):
        self.close_connection = True

    def special_auth(self, words, rest, count):
        if "Authorization" not in self.headers:
            return self.answer(401)
        self.serve(["plain"], open(os.path.join(folder, rest), "rb").read(), count)


class TcpServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


def end_with_parent():
    # The test holds our standard input: when it dies in whatever way, this ends too.
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
if len(sys.argv) > 2:
    server = UnixServer(sys.argv[2], Handler)
    print("ready", flush=True)
else:
    server = TcpServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
server.serve_forever()
