# ruff: noqa: E501 -- a table is read by its rows
"""Plans, passes and what must come of them, worked out by hand from domain 3.6.

`passed` is written in words: `all` every line that leaves no choice, `-03709` but not this, `13017` this too, `00898!`
by exemption. `expect` is: credits, courses, courses still missing, practice parts still missing, and `T` while the
thesis is. `uncounted` and `by` (the course of the plan, and the pass that stands for it) name what else must be so.
"""

from dataclasses import dataclass, field

from candidate_api.catalogue.rules import Group, Line, Plan, Swap
from candidate_api.catalogue.states import Category

C, B, G = Category.CORE, Category.BASIC, Category.GRADUATION


def swap(old: str, new: str, *, mutual: bool = False) -> Swap:
    return Swap(frozenset(old.split()), frozenset(new.split()), mutual)


def core(order: int, *lines: tuple[str, int]) -> Group:
    return Group(order, "all_of", tuple(Line(code, worth, category=C) for code, worth in lines))


@dataclass(frozen=True)
class Case:
    name: str
    plan: str | Plan
    passed: str
    standing: str
    expect: str
    uncounted: dict[str, str] = field(default_factory=dict)
    by: dict[str, str] = field(default_factory=dict)
    swaps: tuple[Swap, ...] = ()
    stopped: bool = False


AB = Plan("x", "1", "associate", 1, 1, (core(1, ("00001", 4), ("00002", 4)),))
ABC = Plan("x", "1", "associate", 1, 1, (core(1, ("00001", 4), ("00002", 4), ("00003", 9)),))
ELECTIVES = Plan(
    "x", "1", "associate", 15, 3,
    (Group(1, "choose", tuple(Line(f"0000{n}", 5) for n in range(1, 6)), min_courses=2, min_credits=8),),
)  # fmt: skip
LIMIT_ONE = Plan("x", "1", "associate", 1, 1, AB.groups, exemption_limit=1)
LIMIT_NONE = Plan("x", "1", "associate", 1, 1, AB.groups, exemption_limit=0)
PUBLIC = Plan(
    "x", "1", "associate", 1, 1, (Group(1, "all_of", (Line("00001", 4, category=B), Line("00002", 4, category=C))),)
)

CASES = [
    # -- 计算机科学与技术 2026: 73 credits, 15 courses, 6 practice parts, a thesis
    Case("nothing yet", "080901", "", "courses_missing", "0 0 15 6 T"),
    Case("everything", "080901", "all 04751", "can_graduate", "73 15 0 0"),
    Case("the bigger of two electives", "080901", "all 13017", "can_graduate", "76 15 0 0"),
    Case("only the thesis", "080901", "all 13017 -14976", "can_apply_thesis", "76 15 0 0 T"),
    Case("thesis and a practice part", "080901", "all 04751 -14976 -13014", "can_apply_thesis", "71 15 0 1 T"),
    Case("13 of 15 are 86 percent", "080901", "all 04751 -14976 -04735 -04736 -04747 -04748", "can_apply_thesis", "63 13 2 2 T"),
    Case("12 of 15 are 80 percent", "080901", "all 04751 -14976 -04735 -04736 -04747 -04748 -02333 -02334", "courses_missing", "59 12 3 3 T"),
    Case("the thesis alone", "080901", "14976", "courses_missing", "0 0 15 6"),
    Case("both electives: one counts", "080901", "all 04751 13017", "can_graduate", "76 15 0 0", {"04751": "choice_full"}),
    Case("old politics", "080901", "03708 03709", "courses_missing", "6 2 13 6 T", by={"15043": "03708", "15044": "03709"}),
    Case("old and new politics", "080901", "03708 15043", "courses_missing", "3 1 14 6 T", {"03708": "counted_elsewhere"}),
    Case("old English", "080901", "00015", "courses_missing", "7 1 14 6 T", by={"13000": "00015"}),
    Case("a course of another major", "080901", "00227", "courses_missing", "0 0 15 6 T", {"00227": "not_in_plan"}),
    Case("three professional exemptions", "080901", "13015! 13180! 02324!", "courses_missing", "12 3 12 6 T"),
    Case("the fourth is too many, and the smallest", "080901", "00898! 13015! 13180! 02324!", "courses_missing", "12 3 12 6 T", {"00898": "over_limit"}),
    Case("public exemptions are not limited", "080901", "13000! 00023! 13015! 13180! 02324!", "courses_missing", "29 5 10 6 T"),
    Case("nor are practice parts", "080901", "13014! 13015! 13180! 02324!", "courses_missing", "14 3 12 5 T"),
    Case("a practice part before its theory", "080901", "13014", "courses_missing", "2 0 15 5 T"),
    Case("all but the elective", "080901", "all", "courses_missing", "70 14 1 0"),
    Case("all, but stopped", "080901", "all 04751", "blocked", "73 15 0 0", stopped=True),
    Case("stopped, and not done: what is missing matters more", "080901", "all", "courses_missing", "70 14 1 0", stopped=True),
    # -- 法学 2026: 77 credits, 17 courses, 13 of them professional, so that 4 may be exempted
    Case("four exemptions of thirteen", "030101K", "00230! 00247! 13702! 00229! 13144!", "courses_missing", "24 4 13 0 T", {"00230": "over_limit"}),
    Case("law", "030101K", "all", "can_graduate", "77 17 0 0"),
    Case("15 of 17 are 88 percent", "030101K", "all -00230 -00247 -14850", "can_apply_thesis", "66 15 2 0 T"),
    Case("14 of 17 are 82 percent", "030101K", "all -00230 -00247 -00227 -14850", "courses_missing", "62 14 3 0 T"),
    # -- 汉语言文学 2026: 76 credits, 14 courses; 13000 or 14970; at least 3 electives with 14 credits, all five without a language
    Case("fourteen credits by three electives", "050101", "all 13000 03954 07827 00814", "can_graduate", "76 14 0 0"),
    Case("more electives count too", "050101", "all 13000 03954 07827 10398 14025 00814", "can_graduate", "86 16 0 0"),
    Case("Japanese will do", "050101", "all 14970 03954 07827 10398", "can_graduate", "77 14 0 0"),
    Case("the second language counts for nothing", "050101", "all 13000 14970 03954 07827 10398", "can_graduate", "77 14 0 0", {"14970": "choice_full"}),
    Case("no language: all five electives", "050101", "all 03954 07827 10398 14025 00814", "can_graduate", "79 15 0 0"),
    Case("no language, four electives", "050101", "all 03954 07827 10398 14025", "courses_missing", "75 14 1 0"),
    Case("two electives", "050101", "all 13000 03954 07827", "courses_missing", "72 13 1 0"),
    # -- 学前教育 2026: 73 credits, 15 courses, one of two pairs
    Case("half of either pair", "040106", "all 13000 11191 11192", "courses_missing", "69 14 1 0", {"11192": "choice_full"}),
    Case("the second pair", "040106", "all 13000 11192 03670", "can_graduate", "73 15 0 0"),
    Case("a pair and a half", "040106", "all 13000 11191 11190 11192", "can_graduate", "73 15 0 0", {"11192": "choice_full"}),
    # -- 护理学 2026: 73 credits, 14 courses; at least 4 electives with 20 credits, all five without English
    Case("four electives", "101101", "all 13000 03006 03005 04435 13198", "can_graduate", "73 14 0 0"),
    Case("four electives, one of seven credits", "101101", "all 13000 03006 03005 04435 03700", "can_graduate", "75 14 0 0"),
    Case("no English, all five", "101101", "all 03006 03005 04435 13198 03700", "can_graduate", "73 14 0 0"),
    # -- 工商企业管理 (专科): 70 credits, 15 courses, 3 practice parts, no thesis
    Case("an associate degree has no thesis", "530601", "all", "can_graduate", "70 15 0 0"),
    Case("new politics in an old plan", "530601", "all -03706 -12656 15042 15041", "can_graduate", "70 15 0 0", by={"03706": "15042", "12656": "15041"}),
    Case("very old politics", "530601", "all -12656 03707", "can_graduate", "70 15 0 0", by={"12656": "03707"}),
    Case("old English for associates", "530601", "all -13124 00012", "can_graduate", "70 15 0 0", by={"13124": "00012"}),
    Case("a practice part alone is missing", "530601", "all -00897", "courses_missing", "68 15 0 1"),
    # -- 工商管理 2026: 14198 is a practice course without a theory, and a course of its own
    Case("a practice course of its own", "120201K", "all -14198", "courses_missing", "68 14 1 0"),
    # -- invented: what the plans above do not show
    Case("one pass, two lines: it counts once", AB, "00001", "courses_missing", "4 1 1 0", swaps=(swap("00001", "00002"),)),
    Case("one for two", AB, "00009", "can_graduate", "8 2 0 0", by={"00001": "00009", "00002": "00009"}, swaps=(swap("00009", "00001 00002"),)),
    Case("two for one", AB, "00008 00009", "courses_missing", "4 1 1 0", by={"00001": "00008 00009"}, swaps=(swap("00008 00009", "00001"),)),
    Case("two for one, with one of them", AB, "00008", "courses_missing", "0 0 2 0", {"00008": "not_in_plan"}, swaps=(swap("00008 00009", "00001"),)),
    Case("over two steps", AB, "00007", "courses_missing", "4 1 1 0", by={"00001": "00007"}, swaps=(swap("00007", "00008"), swap("00008", "00001"))),
    Case("both ends of a chain", AB, "00001 00007", "can_graduate", "8 2 0 0", by={"00002": "00007"}, swaps=(swap("00007", "00008"), swap("00008", "00002"))),
    Case("only one way", AB, "00009", "courses_missing", "0 0 2 0", {"00009": "not_in_plan"}, swaps=(swap("00001", "00009"),)),
    Case("both ways", AB, "00009", "courses_missing", "4 1 1 0", by={"00001": "00009"}, swaps=(swap("00001", "00009", mutual=True),)),
    Case("the best use is found, not the first", ABC, "00001 00002", "courses_missing", "8 2 1 0", swaps=(swap("00001 00002", "00003"),)),
    Case("a spare pass is put to use", ABC, "00001 00002 00009", "can_graduate", "17 3 0 0", by={"00003": "00009"}, swaps=(swap("00001", "00003"), swap("00009", "00003"))),
    Case("the total asks for one more than the group", ELECTIVES, "00001 00002", "courses_missing", "10 2 1 0"),
    Case("and then it is enough", ELECTIVES, "00001 00002 00003", "can_graduate", "15 3 0 0"),
    Case("a limit of the plan's own", LIMIT_ONE, "00001! 00002!", "courses_missing", "4 1 1 0", {"00002": "over_limit"}),
    Case("no professional exemption at all", LIMIT_NONE, "00001!", "courses_missing", "0 0 2 0", {"00001": "over_limit"}),
    Case("sat after all", LIMIT_NONE, "00001! 00001 00002", "can_graduate", "8 2 0 0"),
    Case("the limit is not for public courses", PUBLIC, "00001! 00002", "can_graduate", "8 2 0 0"),
]  # fmt: skip
