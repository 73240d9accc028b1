"""The demos that need packages alone, as the benchmarks run them."""
import json
import os
import subprocess
import sys
import urllib.request

# Name and variant.
DEMOS = [("chat", "llamacpp-packages"), ("chat", "openvino-packages"), ("speak", "piper-packages"),
         ("listen", "moonshine-packages"), ("upscale", "ncnn-packages"), ("read-picture", "rapidocr-packages"),
         ("voice-chat", "packages"), ("sing", "sinsy-packages")]
TIMEOUT = 900  # seconds of one command or request


def ask(address, path, body=None, kind="application/json"):
    request = urllib.request.Request(address.rstrip("/") + path, body, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        return answer.read()


class Firstlight:
    """The program, with a home of its own; a command that fails ends the benchmark with what it said."""

    def __init__(self, program, home):
        self._program, self.home = str(program), home

    def call(self, *words):
        answer = subprocess.run([self._program, *words], capture_output=True, text=True, timeout=TIMEOUT,
                                env=os.environ | {"FIRSTLIGHT_HOME": str(self.home)})
        if answer.returncode:
            sys.exit(f"{' '.join(words)}: {answer.stdout[-2000:]}{answer.stderr}")
        return answer.stdout

    def events(self, *words):
        return [json.loads(line) for line in self.call(*words, "--json").splitlines()]
