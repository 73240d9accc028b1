#!/usr/bin/env python3
"""Prints how Firstlight compares with its peers, each pair measured in turn in this one run.

    tests/bench/bench_launch.py [build/release/bin/firstlight]

1. plan, version: whole processes against `podman version` (and RamaLama's dry run where it is installed)
2. run chat until it answers, image and model present: against `podman run` and a curl loop, same image and arguments
3. words a second in our container: against llama-bench outside of any container, same build, model and threads
The first start of chat fetches and builds its image. Nothing else may run on this computer meanwhile.
"""
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build/release/bin/firstlight"))
TOKENS = 128


def call(*words, **options):
    return subprocess.run(words, check=True, capture_output=True, text=True, **options).stdout


def milliseconds(words):
    began = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def pairs(rounds, ours, peer):
    """Medians of both, measured in turn, and the median of the ratios pair by pair."""
    ours(), peer()  # warm
    measured = [(ours(), peer()) for _ in range(rounds)]
    return (statistics.median(a for a, _ in measured), statistics.median(b for _, b in measured),
            statistics.median(a / b for a, b in measured))


def say(what, ours, peer, ratio, unit, wanted):
    print(f"{what:<44} {ours:8.1f} {peer:8.1f} {unit:<4} ratio {ratio:.3f}   wanted {wanted}")


def bench_processes():
    peers = [("podman version", ["podman", "version"])]
    if shutil.which("ramalama"):
        peers.append(("ramalama --dryrun serve", ["ramalama", "--dryrun", "serve", "smollm:135m"]))
    for verb, wanted in (("plan chat", "≤ 15 ms"), ("version", "≤ 5 ms")):
        for name, words in peers:
            figures = pairs(20, lambda: milliseconds([PROGRAM, *verb.split()]), lambda: milliseconds(words))
            say(f"firstlight {verb} / {name}", *figures, "ms", wanted)
    libraries = len(call("ldd", PROGRAM).splitlines())
    print(f"shared libraries: {libraries}   wanted ≤ 20")


def get(address, body=None):
    request = urllib.request.Request(address, json.dumps(body).encode() if body else None, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=300) as response:
        return json.load(response)


def run_ours():
    began = time.perf_counter()
    call(PROGRAM, "run", "chat", "--json")
    took = (time.perf_counter() - began) * 1000
    call(PROGRAM, "stop", "chat")
    return took


def podman_line():
    """The words of the launch by hand, and the folder that its socket appears in."""
    words = shlex.split(call(PROGRAM, "plan", "chat", "--format", "podman"))
    mount = next(word for word in words if "destination=/run/firstlight" in word)
    folder = next(part[len("source="):] for part in mount.split(",") if part.startswith("source="))
    words[words.index("--name") + 1] = "firstlight-bench"
    words = [word for position, word in enumerate(words)
             if not word.startswith("org.firstlight.") and not (word == "--label" and words[position + 1].startswith("org.firstlight."))]
    return words, folder


def run_podman(words, folder):
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o777)
    began = time.perf_counter()
    call(*words)
    # One curl that asks again by itself: starting one process for each question would be slower.
    while subprocess.run(["curl", "--silent", "--fail", "--output", "/dev/null", "--unix-socket", folder + "/demo.sock",
                          "http://demo/health"], check=False).returncode != 0:
        pass
    took = (time.perf_counter() - began) * 1000
    call(*words[:words.index("run")], "rm", "--force", "--time", "1", "firstlight-bench")
    shutil.rmtree(folder)
    return took


def bench_ready():
    words, folder = podman_line()
    say("run chat / podman run + curl", *pairs(10, run_ours, lambda: run_podman(words, folder)), "ms", "≤ 1.05")


def bench_generation():
    call(PROGRAM, "run", "chat", "--json")
    plan = json.loads(call(PROGRAM, "plan", "chat", "--json"))
    words, _ = podman_line()
    podman = words[:words.index("run")] + ["--remote=false"]
    address = json.loads(call(PROGRAM, "ps", "--json").splitlines()[0])["address"]
    model = next(mount["source"] for mount in plan["mounts"] if mount["target"].startswith("/models/"))
    container = call(*podman, "create", plan["image"]["reference"]).strip()
    with tempfile.TemporaryDirectory() as folder:
        try:
            call(*podman, "cp", container + ":/app", folder)
            bench = [folder + "/app/llama-bench", "-m", model, "-t", str(plan["threads"]), "-p", "0", "-n", str(TOKENS), "-r", "1", "-o", "json"]

            def ours():
                answer = get(address + "/completion", {"prompt": "Once", "n_predict": TOKENS, "ignore_eos": True,
                                                       "temperature": 0, "cache_prompt": False})
                return answer["timings"]["predicted_per_second"]

            def theirs():
                output = call(*bench, env=os.environ | {"LD_LIBRARY_PATH": folder + "/app"})
                return json.loads(output)[0]["avg_ts"]

            say("words a second / llama-bench, no container", *pairs(7, ours, theirs), "t/s", "≥ 0.98")
        finally:
            call(*podman, "rm", "--force", container)
            call(PROGRAM, "stop", "chat")


def main():
    call(PROGRAM, "run", "chat", "--json")
    call(PROGRAM, "stop", "chat")
    print(f"{'':<44} {'ours':>8} {'peer':>8}")
    bench_processes()
    bench_ready()
    bench_generation()


if __name__ == "__main__":
    main()
