"""QR codes, for papers and for screens."""

import base64
import re

import zxingcpp

_SIZE = re.compile(r'<svg width="(\d+)" height="(\d+)"')


def svg(text: str, *, edge: bool = False) -> bytes:
    """The QR code of `text` as an SVG that scales, error correction M; with `edge`, the white one that cameras need.

    The mask is fixed: trying all eight takes most of the time, and what we write is mixed enough.
    """
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=3)
    drawn: str = zxingcpp.write_barcode_to_svg(code, add_quiet_zones=edge)
    return _SIZE.sub(r'<svg viewBox="0 0 \1 \2"', drawn[drawn.index("<svg") :], count=1).encode()


def picture(text: str) -> str:
    """The QR code of `text` for the `src` of an image on a page."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg(text, edge=True)).decode()
