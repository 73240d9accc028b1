"""The container changes nothing: ten prompts at temperature 0 give the same tokens by the engine in its container and by the
same program and model outside of it.

    test_same_tokens.py FIRSTLIGHT [--rounds N]     (the program; FIRSTLIGHT_HOME is where images stay)

It also prints the speed of both, in turns: the container's overhead. That is not judged here.
"""

import contextlib
import glob
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

SKIPPED = 77
TOKENS = 48
PROMPTS = ["Once upon a time", "The first light of the morning", "Water boils at", "My favourite book is", "To bake bread, you need",
           "The capital of Italy", "def add(a, b):", "Ein Hund und eine Katze", "1, 2, 3, 4,", "The sea was calm, and"]


def ask(address, prompt):
    """The tokens of the continuation, and how many were made a second."""
    body = json.dumps({"prompt": prompt, "n_predict": TOKENS, "temperature": 0, "seed": 1, "cache_prompt": False,
                       "return_tokens": True}).encode()
    request = urllib.request.Request(address + "/completion", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        told = json.load(answer)
    return told["tokens"], told["timings"]["predicted_per_second"]


@contextlib.contextmanager
def outside(process):
    """The same command in the same files, as a plain process of this computer; gives its address."""
    root = f"/proc/{process}/root"
    with open(f"/proc/{process}/cmdline", "rb") as file:
        words = file.read().decode().split("\0")[:-1]
    with socket.socket() as free, tempfile.TemporaryDirectory(prefix="firstlight-outside-") as folder:
        shutil.copytree(root + "/app", folder + "/app")
        model = words[words.index("-m") + 1]
        shutil.copy(root + model, folder + "/model.gguf")
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
        free.close()
        changes = {"-m": folder + "/model.gguf", "--host": "127.0.0.1", "--port": port, "--path": folder}
        words = [folder + "/app/llama-server"] + [changes.get(words[at - 1], word) for at, word in enumerate(words) if at > 0]
        with open(folder + "/log", "wb") as log, subprocess.Popen(words, stdout=log, stderr=log, cwd=folder) as engine:
            try:
                address = "http://127.0.0.1:" + port
                deadline = time.monotonic() + 120
                while True:
                    assert engine.poll() is None and time.monotonic() < deadline, open(folder + "/log").read()[-2000:]
                    with contextlib.suppress(OSError):
                        urllib.request.urlopen(address + "/health", timeout=5).close()
                        break
                    time.sleep(0.2)
                yield address
            finally:
                engine.terminate()


def main(firstlight, rounds):
    def command(*words):
        done = subprocess.run([firstlight, *words, "--json"], stdout=subprocess.PIPE, text=True, timeout=800, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == 0, (words, lines[-1:] or done.returncode)
        return {line.get("event"): line for line in lines}

    subprocess.run([firstlight, "stop", "chat"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    events = command("run", "chat", "--variant", "llamacpp-packages")
    try:
        process = events["measured"]["process"]
        if not glob.glob(f"/proc/{process}/root/app/llama-server"):
            print("skipped: the files of another user's container cannot be read")
            sys.exit(SKIPPED)
        speeds = {"inside": [], "outside": []}
        with outside(process) as address:
            for number in range(rounds * len(PROMPTS)):
                prompt = PROMPTS[number % len(PROMPTS)]
                inside_tokens, inside_speed = ask(events["ready"]["address"], prompt)
                outside_tokens, outside_speed = ask(address, prompt)
                assert len(inside_tokens) > 4 and inside_tokens == outside_tokens, (prompt, inside_tokens, outside_tokens)
                speeds["inside"].append(inside_speed)
                speeds["outside"].append(outside_speed)
        inside, out = (statistics.median(speeds[place]) for place in ("inside", "outside"))
        print(f"chat: the same tokens for {len(PROMPTS)} prompts; {inside:.0f} tokens a second inside, {out:.0f} outside: "
              f"{inside / out - 1:+.1%}")
    finally:
        subprocess.run([firstlight, "stop", "chat"], stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 1)
