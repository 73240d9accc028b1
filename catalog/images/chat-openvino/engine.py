"""The model behind server.py: loads one GGUF file with OpenVINO GenAI and makes one answer at a time."""
import os
import shutil
import sys
import tempfile
import threading
import time


class RequestError(Exception):
    """An answer that is an error; `details` are further fields of it."""

    def __init__(self, status, message, kind="invalid_request_error", **details):
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": status, "message": message, "type": kind, **details}}


class Gone(Exception):
    """The client has closed its connection."""


class Engine:
    """The model. `ready` is set when it can answer; loading ends the process if it fails."""

    def __init__(self, model, threads, context):
        self.model, self.threads, self.context = model, threads, context
        self.name = os.path.basename(model)
        self.ready = threading.Event()
        self.turn = threading.Lock()

    def writable(self, folder):
        """The model, or a copy of it in folder where it is read-only: its GGUF reader opens the file for writing."""
        if os.access(self.model, os.W_OK):
            return self.model
        return shutil.copyfile(self.model, os.path.join(folder, self.name))

    def load(self):
        try:
            import openvino_genai
            started = time.monotonic()
            properties = {"INFERENCE_NUM_THREADS": self.threads} if self.threads else {}
            self.genai = openvino_genai
            with tempfile.TemporaryDirectory() as folder:
                self.pipeline = openvino_genai.LLMPipeline(self.writable(folder), "CPU", **properties)
            self.tokenizer = self.pipeline.get_tokenizer()
            self.pipeline.generate(self.tokenizer.encode("Hello"), max_new_tokens=1)  # the first one is slow
            print(f"model loaded in {time.monotonic() - started:.1f} s: {self.model}", flush=True)
            self.ready.set()
        except BaseException as error:  # whatever it is, nobody will be able to chat
            print(f"error: cannot load {self.model}: {error}", file=sys.stderr, flush=True)
            os._exit(1)

    def encode(self, messages):
        text = self.tokenizer.apply_chat_template(messages, add_generation_prompt=True)
        return self.tokenizer.encode(text, add_special_tokens=False)

    def answer(self, request, give_piece, check_client):
        """Makes one answer and returns its finish reason, usage and timings.

        give_piece(text) takes each piece, check_client() raises Gone; either ends the answer.
        """
        while not self.turn.acquire(timeout=0.5):
            check_client()
        try:
            prompt = self.encode(request["messages"])
            prompt_count = prompt.input_ids.shape[1]
            if prompt_count >= self.context:
                raise RequestError(400, "the conversation is longer than the context of the model",
                                   "exceed_context_size_error", n_prompt_tokens=prompt_count, n_ctx=self.context)
            config = self.pipeline.get_generation_config()
            config.max_new_tokens = min(request["max_tokens"], self.context - prompt_count)
            config.do_sample = request["temperature"] > 0
            if config.do_sample:
                config.temperature, config.top_p = request["temperature"], request["top_p"]
                config.rng_seed = request["seed"]
            failure = []

            def streamer(piece):
                try:
                    check_client()
                    give_piece(piece)
                    return self.genai.StreamingStatus.RUNNING
                except Exception as error:  # must not pass through the C++ caller
                    failure.append(error)
                    return self.genai.StreamingStatus.CANCEL

            started = time.monotonic()
            result = self.pipeline.generate(prompt, config, streamer)
            seconds = time.monotonic() - started
            if failure:
                raise failure[0]
            count = result.perf_metrics.get_num_generated_tokens()
            first = min(result.perf_metrics.get_ttft().mean / 1000, seconds)
            return {
                "finish": "length" if count >= config.max_new_tokens else "stop",
                "usage": {"prompt_tokens": prompt_count, "completion_tokens": count,
                          "total_tokens": prompt_count + count},
                "timings": {"prompt_n": prompt_count, "prompt_ms": first * 1000, "predicted_n": count,
                            "predicted_ms": (seconds - first) * 1000,
                            "predicted_per_second": (count - 1) / max(seconds - first, 1e-9)},
            }
        finally:
            self.turn.release()


def checked(request, context):
    """The fields that we use, with defaults, each of the right type and range."""
    if not isinstance(request, dict):
        raise RequestError(400, "the request must be a JSON object")

    def number(name, default, low, high, whole=False):
        value = request.get(name)
        value = default if value is None else value
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or not low <= value <= high:
            raise RequestError(400, f"{name} must be {'a whole' if whole else 'a'} number from {low} to {high}")
        return value

    def text(content):
        if isinstance(content, list):  # [{"type": "text", "text": "..."}, ...]
            if not all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in content):
                raise RequestError(400, "this model takes text only")
            return "\n".join(part["text"] for part in content)
        if not isinstance(content, str):
            raise RequestError(400, "the content of each message must be text")
        return content

    messages = request.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise RequestError(400, "messages must be a list with at least one message")
    if any(m.get("role") not in ("system", "user", "assistant") for m in messages):
        raise RequestError(400, "the role of each message must be system, user or assistant")
    limit = "max_tokens" if request.get("max_tokens") is not None else "max_completion_tokens"
    return {
        "messages": [{"role": m["role"], "content": text(m.get("content"))} for m in messages],
        "max_tokens": number(limit, context, 1, 1 << 31, whole=True),
        "temperature": float(number("temperature", 0.8, 0, 5)),
        "top_p": float(number("top_p", 0.95, 0.001, 1)),
        "seed": number("seed", int.from_bytes(os.urandom(4), "big"), 0, 2 ** 63, whole=True),
        "stream": bool(request.get("stream")),
    }
