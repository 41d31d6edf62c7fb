import io
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import pytest
import typst
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from portal.kernel import qr
from portal.kernel.pdf.render import missing_characters, render

LETTER = """
#import "base.typ": data, paper, picture
#show: paper.with("信")
#data.name
#for (name, source) in data.pictures.pairs() { picture(source, name, width: 20mm) }
"""


@pytest.fixture
def letter(tmp_path: Path, settings, monkeypatch) -> Callable[..., bytes]:
    """A small paper of a house that has only this one template."""
    folder = tmp_path / "templates" / "pdf"
    folder.mkdir(parents=True)
    (folder / "base.typ").write_text((Path(settings.ROOT) / "templates/pdf/base.typ").read_text())
    (folder / "letter.typ").write_text(LETTER)
    settings.ROOT = tmp_path
    _fresh_compiler()
    yield lambda name, pictures=None: render("pdf/letter.typ", {"name": name}, pictures)
    _fresh_compiler()


def _fresh_compiler() -> None:
    from portal.kernel.pdf import render as page  # noqa: PLC0415 -- the compiler's cache is nobody else's business

    page._compiler.cache_clear()


def jpeg(colour: tuple[int, int, int], kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (48, 64), colour).save(out, kind)
    return out.getvalue()


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def colours_of(pdf: bytes) -> list[tuple[int, ...]]:
    """The colour in the middle of each picture, to the nearest 16."""
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    found = [image.image.convert("RGB").getpixel((24, 32)) for image in page.images]
    return [tuple(round(part / 16) * 16 for part in pixel) for pixel in found]


class TestText:
    def test_chinese_comes_back_as_it_was_given(self, letter) -> None:
        assert "张三丰买买提·吐尔逊" in text_of(letter("张三丰买买提·吐尔逊"))

    def test_rare_names_come_back(self, letter) -> None:
        assert "䶮㛃𬭎〇" in text_of(letter("䶮㛃𬭎〇"))

    def test_markup_in_the_data_is_text(self, letter) -> None:
        given = '#panic("x") $x$ *b* <script> #read("/etc/passwd")'
        assert given in text_of(letter(given))

    def test_only_the_house_font_is_in_it(self, letter) -> None:
        page = PdfReader(io.BytesIO(letter("Abc 123 张三"))).pages[0]
        fonts = {str(font.get_object()["/BaseFont"]).split("+")[-1] for font in page["/Resources"]["/Font"].values()}
        assert {name.removesuffix("-Identity-H") for name in fonts} == {"NotoSansCJKsc-Regular"}


class TestMissingCharacters:
    @pytest.mark.parametrize("name", ["张三", "䶮㛃𬭎", "买买提·吐尔逊", "A B\u3000\n", "葛\U000e0100"])
    def test_names_that_can_be_drawn(self, name: str) -> None:
        assert missing_characters(name) == ""

    def test_names_that_cannot(self) -> None:
        assert missing_characters("张𪻐𪻐三") == "𪻐"


class TestPictures:
    def test_a_photo_a_png_and_a_drawing_are_in_it(self, letter) -> None:
        pictures = {"a": jpeg((240, 0, 0)), "b": jpeg((0, 0, 240), "PNG"), "c": qr.svg("https://example.org/")}
        assert sorted(colours_of(letter("张三", pictures))) == [(0, 0, 240), (240, 0, 0)]

    @pytest.mark.parametrize("text", ["https://example.org/verify/" + "aZ09-_." * 30, "weixin://wxpay/bizpayurl?pr=1"])
    def test_a_code_is_read_again_from_the_paper(self, letter, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        from portal.kernel.pdf import render as page  # noqa: PLC0415 -- as above

        compiler = page._compiler()
        photographed = mock.Mock(compile=lambda **values: compiler.compile(**values | {"format": "png", "ppi": 600}))
        with monkeypatch.context() as patch:
            patch.setattr(page, "_compiler", lambda: photographed)
            made = letter("张三", {"code": qr.svg(text)})
        with Image.open(io.BytesIO(made)) as paper:
            [code] = zxingcpp.read_barcodes(paper.convert("L"))
        assert (code.text, code.extra["ECLevel"]) == (text, "M")

    def test_a_photo_is_not_encoded_again(self, letter) -> None:
        photo = jpeg((240, 0, 0))
        assert photo in letter("张三", {"a": photo})

    def test_the_next_paper_has_its_own_pictures(self, letter) -> None:
        assert colours_of(letter("张三", {"photo": jpeg((240, 0, 0))})) == [(240, 0, 0)]
        assert colours_of(letter("张三", {"photo": jpeg((0, 240, 0))})) == [(0, 240, 0)]
        assert colours_of(letter("张三")) == []

    def test_what_is_no_picture_is_refused(self, letter) -> None:
        with pytest.raises(OSError, match="cannot identify"):
            letter("张三", {"photo": b"GIF89a"})


def test_calls_at_the_same_time_get_their_own_papers(letter) -> None:
    def one(i: int) -> tuple[str, list[tuple[int, ...]]]:
        made = letter(f"第{i}号", {"photo": jpeg((i * 16, 0, 0))})
        return text_of(made).strip(), colours_of(made)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(16))) == [(f"第{i}号", [(i * 16, 0, 0)]) for i in range(16)]


def test_a_mistake_in_the_template_is_told(letter, settings) -> None:
    (Path(settings.ROOT) / "templates/pdf/letter.typ").write_text("#sys.inputs.nothing")
    with pytest.raises(typst.TypstError):
        letter("张三")


def test_memory_does_not_grow_with_the_number_of_papers(letter) -> None:
    noise = Image.effect_noise((480, 640), 40).convert("RGB")

    def some(start: int, count: int) -> None:
        for i in range(start, start + count):
            out = io.BytesIO()
            noise.rotate(i).save(out, "JPEG", quality=50)
            letter(f"第{i}号", {"photo": out.getvalue()})

    some(0, 30)
    before = _resident()
    some(30, 90)
    assert _resident() - before < 15_000_000


def _resident() -> int:
    """Bytes of memory that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_the_house_adds_little_to_what_typst_costs(letter, settings) -> None:
    photo = jpeg((240, 0, 0))
    bare = typst.Compiler(root=settings.ROOT / "templates")
    source = settings.ROOT / "templates/pdf/plain.typ"
    source.write_text("#json(bytes(sys.inputs.data)).name #for i in range(600) [第 #i 项]")

    def cost(of: Callable[[int], object]) -> float:
        of(0)
        best = []
        for turn in range(5):
            start = time.process_time()
            for i in range(4):
                of(turn * 10 + i + 1)
            best.append(time.process_time() - start)
        return min(best)

    alone = cost(lambda i: bare.compile(input=source, format="pdf", sys_inputs={"data": f'{{"name": "{i}"}}'}))
    assert cost(lambda i: render("pdf/plain.typ", {"name": str(i)}, {"photo": photo})) <= 1.3 * alone
