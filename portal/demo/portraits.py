"""Drawn portraits that meet the photo specification: no real person's face is needed for a demo or a test."""

import io
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from candidate_api.candidates.photo import PhotoSpec

BLUE = (67, 142, 219)
_SKIN = [(241, 205, 178), (231, 190, 160), (222, 178, 146)]
_HAIR = [(28, 24, 22), (45, 35, 30), (60, 52, 48)]
_COAT = [(38, 50, 74), (92, 40, 48), (52, 74, 60), (70, 70, 78)]


def portrait(seed: int, spec: PhotoSpec, background: tuple[int, int, int] = BLUE) -> bytes:
    """A JPEG of `spec`'s size, density and weight; the same seed draws the same person."""
    random = Random(seed)  # noqa: S311 -- a picture
    width, height = spec.width, spec.height
    image = Image.new("RGB", (width, height), background)
    draw = ImageDraw.Draw(image)
    middle, eyes = width // 2, int(height * 0.4)
    face = int(width * 0.22)
    hair, skin, coat = random.choice(_HAIR), random.choice(_SKIN), random.choice(_COAT)
    draw.ellipse((middle - face - 14, eyes - face - 70, middle + face + 14, eyes + face + 20), fill=hair)
    draw.rectangle((middle - face // 2, eyes + face // 2, middle + face // 2, eyes + 2 * face), fill=skin)
    draw.ellipse((middle - face, eyes - face - 20, middle + face, eyes + face + 50), fill=skin)
    draw.pieslice((middle - face - 6, eyes - face - 60, middle + face + 6, eyes + face - 30), 180, 360, fill=hair)
    draw.ellipse((middle - 2 * face, eyes + 2 * face - 40, middle + 2 * face, height + 4 * face), fill=coat)
    for side in (-1, 1):
        eye = middle + side * face // 2
        draw.ellipse((eye - 11, eyes - 7, eye + 11, eyes + 7), fill=(250, 250, 250))
        draw.ellipse((eye - 6, eyes - 6, eye + 6, eyes + 6), fill=hair)
    draw.arc((middle - 30, eyes + 40, middle + 30, eyes + 80), 20, 160, fill=(168, 84, 80), width=5)
    image = image.filter(ImageFilter.GaussianBlur(1.2))
    # A little grain below the corners gives the file the weight of a photograph.
    grain = Image.effect_noise((width, height - 120), 26).convert("RGB")
    image.paste(Image.blend(image.crop((0, 120, width, height)), grain, 0.12), (0, 120))
    return _of_weight(image, spec)


def _of_weight(image: Image.Image, spec: PhotoSpec) -> bytes:
    for quality in range(92, 20, -4):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, dpi=(spec.dpi or 300, spec.dpi or 300))
        if out.tell() <= spec.most_bytes - 1024:
            return out.getvalue()
    raise ValueError("no quality fits the specification")
