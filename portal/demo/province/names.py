"""Names as one hears them in Guangxi."""

from random import Random

# How often, in ten thousand; the Zhuang names are the ones that the west of the province is known for.
_HAN = {
    "黄": 980, "李": 720, "陈": 700, "梁": 620, "韦": 420, "刘": 430, "廖": 260, "张": 400, "王": 390,
    "吴": 360, "杨": 330, "莫": 250, "罗": 260, "潘": 210, "谢": 220, "林": 260, "周": 230, "唐": 240,
    "蒋": 210, "邓": 230, "何": 230, "卢": 190, "陆": 190, "覃": 180, "曾": 160, "赵": 170, "苏": 170,
    "庞": 140, "甘": 110, "宁": 100, "龙": 110, "伍": 70, "江": 80, "钟": 110, "秦": 90, "宾": 40, "欧阳": 20,
    "邱": 60, "仇": 8, "冼": 12, "劳": 18, "滕": 25, "邝": 6, "禤": 7,
}  # fmt: skip
_ZHUANG = {
    "韦": 1900, "黄": 1500, "覃": 1150, "农": 800, "陆": 700, "梁": 600, "蒙": 420, "莫": 400, "罗": 380,
    "潘": 330, "岑": 220, "卢": 250, "蓝": 240, "李": 420, "周": 180, "闭": 60, "凌": 90, "班": 70, "隆": 50,
    "磨": 20, "兰": 110, "石": 90, "樊": 40, "玉": 25, "谭": 150, "苏": 120, "赵": 110, "麻": 15, "零": 25,
    "冉": 10, "侬": 12,
}  # fmt: skip
_YAO = {"盘": 900, "赵": 700, "邓": 600, "李": 500, "冯": 350, "蓝": 450, "蒙": 250, "黄": 300, "奉": 150, "沈": 80}
_GIVEN_FEMALE = "婷丽芳梅燕艳玲娟秀英华霞萍红雪莹洁倩敏静晓小思雨欣怡佳琪梦瑶诗涵彩凤春兰秋菊月金银素美海清文慧玉"
_GIVEN_MALE = "伟强军勇杰涛明超斌鹏辉华志国建文武海江林森峰俊浩宇轩子家振东荣光天成德永春生金宝祖朝宗汉邕培"
# Outside what most fonts and old systems know: they must survive every road through the house.
_RARE = (
    "㛃",
    "䶮",
    "𬴊",
    "𫖮",
    "𬍛",
    "𬤇",
    "𬱟",
    "𠅤",
    "㼆",
    "䴖",
    "犇",
    "垚",
    "玥",
    "堃",
    "燚",
    "𬭎",
    "𫍯",
    "峣",
    "旻",
    "昇",
)
_DOTTED = ("阿依努尔·买买提", "古丽娜尔·艾合买提", "巴特尔·孟和", "扎西·多吉", "穆罕默德·伊敏")


class _Surnames:
    def __init__(self, often: dict[str, int]) -> None:
        self.names, self.weights, total = list(often), [], 0
        for weight in often.values():
            total += weight
            self.weights.append(total)

    def draw(self, random: Random) -> str:
        return random.choices(self.names, cum_weights=self.weights)[0]


_BY_ETHNICITY = {"08": _Surnames(_ZHUANG), "13": _Surnames(_YAO)}
_OTHERS = _Surnames(_HAN)


def name(random: Random, ethnicity: str, *, female: bool) -> str:
    """A name that suits; about one in a hundred and fifty has a rare character, a few have a dot."""
    chance = random.random()
    if chance < 0.0012:
        return random.choice(_DOTTED)
    given = _GIVEN_FEMALE if female else _GIVEN_MALE
    first = random.choice(_RARE) if chance > 0.993 else random.choice(given)
    second = random.choice(given) if random.random() < 0.86 else ""
    return _BY_ETHNICITY.get(ethnicity, _OTHERS).draw(random) + first + second
