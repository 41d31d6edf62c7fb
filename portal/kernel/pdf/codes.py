"""QR codes for papers."""

import qrcode


def qr(text: str) -> bytes:
    """The QR code of `text` as an SVG of one path, error correction M, without the quiet zone of four modules.

    The mask is fixed: trying all eight costs more than the rest of the paper, and what we print is mixed enough.
    """
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0, mask_pattern=3)
    code.add_data(text, optimize=0)
    code.make()
    rows = code.get_matrix()
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, on in enumerate(row) if on)
    size = len(rows)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{dark}"/></svg>'.encode()
