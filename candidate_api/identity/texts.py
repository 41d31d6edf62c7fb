"""What a candidate agrees to before a face is compared, and the way for who would rather not."""

from django.utils.translation import gettext_lazy as _

# A new text is a new version; the version that was agreed to is kept with the check.
CONSENT_VERSION = "2026-1"
CONSENT = _(
    "我同意自治区招生考试院将我考籍中的照片、姓名和身份证号发送给公安身份信息核验服务，仅用于核对照片与本人是否一致。"
    "照片不会因核验另行保存，核验后只保留结果、时间和流水号。我知道这不是必须的，可以随时改到现场办理，不影响报考。"
)
OFFLINE = _("不愿或无法在线核验的，可持有效身份证件原件到就近的市招生考试院现场核验，效力相同。")
