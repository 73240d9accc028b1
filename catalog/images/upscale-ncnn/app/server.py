"""Enlarges pictures four times with Real-ESRGAN: POST /api/upscale?model=fast|photo|drawing with a PNG, JPEG or WebP
answers with a PNG."""
import ctypes
import glob
import importlib.util
import io
import os
import time

import numpy
from PIL import BmpImagePlugin, Image, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError, WebPImagePlugin

from http_service import Refused, Response, Service

MODELS = {"fast": "realesr-animevideov3-x4", "photo": "realesrgan-x4plus", "drawing": "realesrgan-x4plus-anime"}
FOLDER = "/app/models"
SCALE = 4
MOST_PIXELS = 1_000_000  # of the original: 48 MB of result
# Pixels a side: bounds what the network needs, however large the picture is. The two large ones take 0.9 GB at 92.
TILES = {"fast": 192, "photo": 72, "drawing": 72}
BORDER = 10  # overlap on each side, which the networks look at
FORMATS = tuple(reader.format for reader in (BmpImagePlugin.BmpImageFile, JpegImagePlugin.JpegImageFile,
                                            PngImagePlugin.PngImageFile, WebPImagePlugin.WebPImageFile))
Image.MAX_IMAGE_PIXELS = 64_000_000  # what is larger is refused before it is unpacked

threads = 1
ncnn = None
networks = {}


def load():
    """The module itself, without the package's __init__ and its collection of models."""
    global ncnn
    library = glob.glob("/app/lib/ncnn/ncnn*.so")[0]
    spec = importlib.util.spec_from_file_location("ncnn", library)
    ncnn = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(ncnn)
    enlarge_tile(network("fast"), numpy.zeros((32, 32, 3), numpy.uint8))  # the first one is slow


def network(model):
    if model not in networks:
        networks.clear()  # one at a time: each keeps its weights in a second form, too
        ctypes.CDLL(None).malloc_trim(0)
        net = ncnn.Net()
        net.opt.num_threads = threads
        net.opt.use_vulkan_compute = False
        path = os.path.join(FOLDER, MODELS[model])
        if net.load_param(path + ".param") != 0 or net.load_model(path + ".bin") != 0:
            raise RuntimeError(f"cannot load {path}")
        networks[model] = net
    return networks[model]


def enlarge_tile(net, pixels):
    """RGB rows of bytes in and out."""
    values = numpy.ascontiguousarray(pixels.transpose(2, 0, 1), numpy.float32) / 255.0
    extractor = net.create_extractor()
    extractor.input("data", ncnn.Mat(values).clone())
    failed, output = extractor.extract("output")
    if failed:
        raise RuntimeError("the network failed")
    return (numpy.array(output).clip(0, 1) * 255.0 + 0.5).astype(numpy.uint8).transpose(1, 2, 0)


def enlarge(net, tile_side, pixels, cancelled):
    height, width = pixels.shape[:2]
    result = numpy.empty((height * SCALE, width * SCALE, 3), numpy.uint8)
    for top in range(0, height, tile_side):
        for left in range(0, width, tile_side):
            if cancelled():
                raise ConnectionError
            bottom, right = min(top + tile_side, height), min(left + tile_side, width)
            y, x = max(0, top - BORDER), max(0, left - BORDER)
            tile = enlarge_tile(net, pixels[y:min(bottom + BORDER, height), x:min(right + BORDER, width)])
            result[top * SCALE:bottom * SCALE, left * SCALE:right * SCALE] = \
                tile[(top - y) * SCALE:(bottom - y) * SCALE, (left - x) * SCALE:(right - x) * SCALE]
    return result


def opened(body):
    if not body:
        raise Refused(400, "empty", "The file is empty.")
    try:
        picture = Image.open(io.BytesIO(body), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise Refused(413, "too-large", f"At most {MOST_PIXELS} pixels are taken; this picture has "
                                            f"{picture.width} × {picture.height}.")
        return picture.convert("RGB")
    except Refused:
        raise
    except Image.DecompressionBombError:
        raise Refused(413, "too-large", f"At most {MOST_PIXELS} pixels are taken.") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise Refused(415, "not-a-picture", "This is not a picture that can be read (PNG, JPEG, WebP).") from None


def upscale(request):
    model = request.query.get("model", "fast")
    if model not in MODELS:
        raise Refused(400, "no-such-model", "model is one of: " + ", ".join(MODELS))
    picture = opened(request.body)
    began = time.monotonic()
    result = Image.fromarray(enlarge(network(model), TILES[model], numpy.asarray(picture),
                                     request.cancelled))
    taken = time.monotonic() - began
    ctypes.CDLL(None).malloc_trim(0)  # a tile's blobs would stay with the process
    buffer = io.BytesIO()
    result.save(buffer, "PNG", compress_level=1)
    return Response(buffer.getvalue(), "image/png", {"X-Compute-Seconds": f"{taken:.3f}",
                                                     "X-Size": f"{result.width}x{result.height}"})


def main():
    global threads
    parser = Service.parser(__doc__)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="CPU threads (default: all)")
    options = parser.parse_args()
    threads = max(1, options.threads)
    service = Service("upscale", page="/page")
    service.route("POST", "/api/upscale", upscale, largest=32 << 20)
    service.run(options, load)


if __name__ == "__main__":
    main()
