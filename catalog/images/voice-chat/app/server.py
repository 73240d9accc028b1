"""Listens, answers and speaks: POST /api/talk with a WAV answers with a WAV. The page does it in three steps, so that
each is seen as soon as it is there: POST /api/transcribe, /api/answer {"messages": […]}, /api/speak {"text": …}."""
import os
import time
import urllib.parse

import listening
import speaking
import voices
from engine import Engine, Gone, RequestError, checked
from http_service import Refused, Response, Service

LONGEST_QUESTION = 30  # seconds
MOST_TURNS = 12  # of a conversation that are remembered
LONGEST_TURN = 2000  # characters
MOST_TOKENS = 80  # of an answer: half a minute of speech
MANNER = "You are a friendly voice assistant. Answer aloud, in one or two short sentences, without lists."
SAMPLE = "What is the capital of France, and what can I see there?"

engine = None
sample = None


def load(options):
    global engine, sample
    engine = Engine(options.model, options.threads, options.context)
    engine.load()
    listening.LONGEST_SECONDS = LONGEST_QUESTION
    # Its ONNX Runtime takes one thread an allowed CPU and has no other setting.
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(allowed[:options.threads]))
    listening.load()
    speaking.load(options.threads, {"heart": voices.Heart})
    sample = speaking.synthesize(SAMPLE, lambda: False)[0]


def checked_turns(messages):
    if not isinstance(messages, list) or not messages or not all(isinstance(turn, dict) for turn in messages):
        raise Refused(400, "empty", "There is nothing to answer.")
    for turn in messages:
        text = turn.get("content")
        if turn.get("role") not in ("user", "assistant") or not isinstance(text, str) or not text.strip():
            raise Refused(400, "empty", "Each message is of the user or the assistant, and has words.")
        if len(text) > LONGEST_TURN:
            raise Refused(413, "too-long", f"At most {LONGEST_TURN} characters are taken at once.")
    return messages[-MOST_TURNS:]


def answered(messages, request):
    """The model's words, and their speed."""
    def check_client():
        if request.cancelled():
            raise Gone

    pieces = []
    turns = [{"role": "system", "content": MANNER}] + checked_turns(messages)
    try:
        wish = checked({"messages": turns, "max_tokens": MOST_TOKENS, "temperature": 0}, engine.context)
        done = engine.answer(wish, pieces.append, check_client)
    except RequestError as error:
        raise Refused(413, "too-long", error.body["error"]["message"]) from None
    except Gone:
        raise ConnectionError from None
    text = "".join(pieces).strip()
    if done["finish"] == "length" and "." in text:
        text = text[:text.rindex(".") + 1]  # no half sentence is spoken
    return text or "I do not know what to say.", done["timings"]


def answer(request):
    began = time.monotonic()
    text, timings = answered(request.json().get("messages"), request)
    return Response({"text": text, "computeSeconds": round(time.monotonic() - began, 3),
                     "tokensPerSecond": round(timings["predicted_per_second"], 1)})


def talk(request):
    began = time.monotonic()
    heard = listening.written(request.body)["text"]
    if not heard:
        raise Refused(422, "nothing-heard", "No speech was heard in this recording.")
    text, _ = answered([{"role": "user", "content": heard}], request)
    sound, seconds = speaking.synthesize(text, request.cancelled)
    return Response(sound, "audio/wav", {"X-Heard": urllib.parse.quote(heard), "X-Answer": urllib.parse.quote(text),
                                         "X-Audio-Seconds": f"{seconds:.3f}",
                                         "X-Compute-Seconds": f"{time.monotonic() - began:.3f}"})


def main():
    parser = Service.parser(__doc__)
    parser.add_argument("-m", "--model", required=True, help="the language model, a GGUF file")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="CPU threads (default: all)")
    parser.add_argument("--context", type=int, default=2048, help="tokens of a conversation (default: %(default)s)")
    options = parser.parse_args()
    options.threads = max(1, options.threads)
    largest_sound = LONGEST_QUESTION * 48000 * 4 + 4096
    service = Service("voice-chat", page="/page")
    service.route("GET", "/sample.wav", lambda _: Response(sample, "audio/wav"))
    service.route("POST", "/api/transcribe", listening.transcribe, largest=largest_sound)
    service.route("POST", "/api/answer", answer, largest=64 << 10)
    service.route("POST", "/api/speak", speaking.speak, largest=64 << 10)
    service.route("POST", "/api/talk", talk, largest=largest_sound)
    service.run(options, lambda: load(options))


if __name__ == "__main__":
    main()
