"""Reads the text in pictures with RapidOCR: POST /api/read with a PNG, JPEG, WebP or BMP answers with the lines and
where they are. Chinese and English."""
import ctypes
import io
import os
import time

import numpy
from PIL import (BmpImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError,
                 WebPImagePlugin)

from http_service import Refused, Response, Service

MOST_PIXELS = 16_000_000  # a photo of a telephone
WORKING_SIDE = 1600  # pixels that the networks see: memory grows with them, 0.4 GB at 1000, 0.6 at 1600, 0.8 at 2000
FORMATS = tuple(reader.format for reader in (BmpImagePlugin.BmpImageFile, JpegImagePlugin.JpegImageFile,
                                            PngImagePlugin.PngImageFile, WebPImagePlugin.WebPImageFile))
LEAST_SIDE = 32  # pixels
WIDEST = 30  # times as wide as high, or the other way round
Image.MAX_IMAGE_PIXELS = 64_000_000  # what is larger is refused before it is unpacked

engine = None


def load(threads):
    global engine
    import cv2
    from rapidocr_onnxruntime import RapidOCR
    cv2.setNumThreads(1)  # its loops are short; threads of its own only compete with the network's
    engine = RapidOCR(intra_op_num_threads=threads, inter_op_num_threads=1, max_side_len=WORKING_SIDE)
    engine(numpy.full((64, 256, 3), 255, numpy.uint8))  # the first one is slow


def opened(body):
    """RGB as it is meant to be seen: telephones turn pictures by a note in them."""
    if not body:
        raise Refused(400, "empty", "The file is empty.")
    try:
        picture = Image.open(io.BytesIO(body), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise Refused(413, "too-large", f"At most {MOST_PIXELS // 1_000_000} million pixels are taken; this picture "
                                            f"has {picture.width} × {picture.height}.")
        picture = ImageOps.exif_transpose(picture)
        # What is see-through is paper.
        if picture.mode in ("RGBA", "LA") or (picture.mode == "P" and "transparency" in picture.info):
            paper = Image.new("RGBA", picture.size, "white")
            paper.alpha_composite(picture.convert("RGBA"))
            picture = paper
        return picture.convert("RGB")
    except Refused:
        raise
    except Image.DecompressionBombError:
        raise Refused(413, "too-large", f"At most {MOST_PIXELS // 1_000_000} million pixels are taken.") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, TypeError):
        raise Refused(415, "not-a-picture", "This is not a picture that can be read (PNG, JPEG, WebP).") from None


def roomy(picture):
    """With paper to the right and below, where it is only a strip: the engine fails on those."""
    least = max(LEAST_SIDE, max(picture.size) // WIDEST)
    if min(picture.size) >= least:
        return picture
    paper = Image.new("RGB", (max(picture.width, least), max(picture.height, least)), "white")
    paper.paste(picture)
    return paper


def read(request):
    picture = opened(request.body)
    width, height = picture.size
    began = time.monotonic()
    picture.thumbnail((WORKING_SIDE, WORKING_SIDE))
    scale = width / picture.width  # the boxes are told in the picture's own pixels
    found, _ = engine(numpy.asarray(roomy(picture))[:, :, ::-1])  # BGR
    lines = [{"text": text, "score": round(float(score), 3),
              "box": [[round(float(x) * scale), round(float(y) * scale)] for x, y in box]}
             for box, text, score in found or []]
    ctypes.CDLL(None).malloc_trim(0)  # the networks' layers would stay with the process
    return Response({"text": "\n".join(line["text"] for line in lines), "lines": lines,
                     "width": width, "height": height,
                     "computeSeconds": round(time.monotonic() - began, 3)})


def main():
    parser = Service.parser(__doc__)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="CPU threads (default: all)")
    options = parser.parse_args()
    service = Service("read-picture", page="/page")
    service.route("POST", "/api/read", read, largest=32 << 20)
    service.run(options, lambda: load(max(1, options.threads)))


if __name__ == "__main__":
    main()
