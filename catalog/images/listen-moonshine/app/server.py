"""Writes down English speech with Moonshine: POST /api/transcribe with a WAV answers with text and times."""
import array
import io
import os
import struct
import sys
import time
import types
import wave

from http_service import Refused, Response, Service

LONGEST_SECONDS = 180
QUIET = 0.003  # 50 dB below full scale
LIBRARY = "/app/lib/moonshine_voice"
MODEL = "/app/models/tiny-en"

transcriber = None


def load():
    # The package's own __init__ imports its microphone, download and dialogue parts, which need more packages.
    package = types.ModuleType("moonshine_voice")
    package.__path__ = [LIBRARY]
    sys.modules["moonshine_voice"] = package
    from moonshine_voice.moonshine_api import ModelArch
    from moonshine_voice.transcriber import Transcriber

    global transcriber
    transcriber = Transcriber(MODEL, ModelArch.TINY)
    transcriber.transcribe_without_streaming([0.0] * 16000, 16000)  # the first one is slow


def samples_of(body):
    """Mono samples from -1 to 1 and their rate, below 32 kHz. Only PCM of 8, 16 or 32 bits."""
    try:
        with wave.open(io.BytesIO(body)) as sound:
            channels, width, rate, frames = sound.getparams()[:4]
            data = sound.readframes(frames)
    except (wave.Error, EOFError, ValueError, RuntimeError, struct.error, OverflowError):
        raise Refused(415, "not-a-sound", "This is not a WAV recording that can be read.") from None
    if width not in (1, 2, 4) or not 1 <= channels <= 8 or not 4000 <= rate <= 192000:
        raise Refused(415, "not-a-sound", "This kind of WAV is not read: use 16 bits, 4 to 192 kHz.")
    if len(data) // (width * channels) > LONGEST_SECONDS * rate:
        raise Refused(413, "too-long", f"At most {LONGEST_SECONDS} seconds are taken at once.")
    data = data[:len(data) // (width * channels) * width * channels]  # a cut-off file may end within a sample
    if not data:
        raise Refused(400, "empty", "The recording is empty.")
    numbers = array.array({1: "B", 2: "h", 4: "i"}[width], data)
    scale = {1: 128.0, 2: 32768.0, 4: 2147483648.0}[width]
    middle = 128 if width == 1 else 0
    # The model hears 16 kHz, and each value is a Python number of 32 bytes: three minutes of 192 kHz took more than the
    # demo's limit, and the demo died. So channels, and neighbours in time, become one by their mean.
    merged = max(1, rate // 16000)
    step = merged * channels
    if len(numbers) < step:
        raise Refused(400, "empty", "The recording is empty.")
    if step == 1:
        return [(value - middle) / scale for value in numbers], rate
    parts = [numbers[at::step] for at in range(step)]
    return [(sum(values) / step - middle) / scale for values in zip(*parts)], rate // merged


def written(body):
    """What is said in a WAV, whole and line by line, and how long that took."""
    samples, rate = samples_of(body)
    began = time.monotonic()
    silent = max(max(samples), -min(samples)) < QUIET  # of silence the model dreams
    lines = [] if silent else transcriber.transcribe_without_streaming(samples, rate).lines
    segments = [{"start": round(line.start_time, 2), "end": round(line.start_time + line.duration, 2),
                 "text": line.text.strip()}
                for line in lines if any(letter.isalnum() for letter in line.text)]  # "??" is what it says of a noise
    return {"text": " ".join(segment["text"] for segment in segments).strip(), "segments": segments,
            "audioSeconds": round(len(samples) / rate, 3), "computeSeconds": round(time.monotonic() - began, 3)}


def transcribe(request):
    return Response(written(request.body))


def main():
    parser = Service.parser(__doc__)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="CPU threads (default: all)")
    options = parser.parse_args()
    # Its ONNX Runtime takes one thread an allowed CPU and has no other setting.
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(allowed[:max(1, options.threads)]))
    service = Service("listen", page="/page")
    service.route("POST", "/api/transcribe", transcribe, largest=LONGEST_SECONDS * 48000 * 4 + 4096)
    service.run(options, load)


if __name__ == "__main__":
    main()
