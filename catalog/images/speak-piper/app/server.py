"""Reads English text aloud: POST /api/speak {"text": …, "voice": "heart", "speed": 1} answers with a WAV. GET /api/voices
says which voices there are."""
import io
import os
import time
import wave

import voices
from http_service import Refused, Response, Service

LONGEST_TEXT = 2000  # characters: about two minutes of speech
LONGEST_SPEECH = 300  # seconds: what 2000 characters of figures would be several times
SLOWEST, FASTEST = 0.5, 2

speakers = {}


def load(threads, kinds=voices.KINDS):
    for name, kind in kinds.items():
        speakers[name] = kind(threads)
        synthesize("Ready.", lambda: False, name)  # the first one is slow


def synthesize(text, cancelled, voice=None, speed=1):
    """A WAV and its seconds, which are 0 where nothing of the text can be said."""
    speaker = speakers[voice or next(iter(speakers))]
    data = bytearray()
    for piece in speaker.speak(text, speed):
        if cancelled():
            raise ConnectionError
        data += piece
        if len(data) > LONGEST_SPEECH * speaker.rate * 2:
            raise Refused(413, "too-long", f"This is more than {LONGEST_SPEECH // 60} minutes of speech. Send less at once.")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setparams((1, 2, speaker.rate, 0, "NONE", None))
        sound.writeframes(data)
    return buffer.getvalue(), len(data) / 2 / speaker.rate


def checked_text(text):
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "empty", "There is no text to read.")
    # Half characters, which JSON can hold, and those that are not to be seen would stop the engine.
    text = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    if len(text) > LONGEST_TEXT:
        raise Refused(413, "too-long", f"At most {LONGEST_TEXT} characters are read at once.")
    if not any(letter.isalnum() for letter in text):
        raise Refused(422, "nothing-to-say", "There is nothing in this text that can be spoken.")
    return text


def speak(request):
    asked = request.json()
    text, voice, speed = checked_text(asked.get("text")), asked.get("voice"), asked.get("speed", 1)
    if voice is not None and (not isinstance(voice, str) or voice not in speakers):
        raise Refused(400, "no-such-voice", f"voice is one of: {', '.join(speakers)}.")
    if not isinstance(speed, (int, float)) or isinstance(speed, bool) or not SLOWEST <= speed <= FASTEST:
        raise Refused(400, "no-such-speed", f"speed is a number from {SLOWEST} to {FASTEST}.")
    began = time.monotonic()
    sound, seconds = synthesize(text, request.cancelled, voice, speed)
    if seconds == 0:
        raise Refused(422, "nothing-to-say", "There is nothing in this text that can be spoken.")
    return Response(sound, "audio/wav", {"X-Audio-Seconds": f"{seconds:.3f}",
                                         "X-Compute-Seconds": f"{time.monotonic() - began:.3f}"})


def main():
    parser = Service.parser(__doc__)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="CPU threads (default: all)")
    options = parser.parse_args()
    service = Service("speak", page="/page")
    service.route("GET", "/api/voices", lambda _: Response({"voices": [kind.about for kind in voices.KINDS.values()]}))
    service.route("POST", "/api/speak", speak, largest=64 << 10)
    service.run(options, lambda: load(max(1, options.threads)))


if __name__ == "__main__":
    main()
