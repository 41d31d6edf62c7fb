from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.states import CANDIDATE, Category, Gender, IdType
from portal.kernel.crypto.fields import BlindIndexField, EncryptedTextField
from portal.kernel.files.models import PrivateFile
from portal.kernel.text import mask_id_number


class Candidate(models.Model):
    """考籍: the record of one person, kept for good. One per person and ID document.

    `candidate_number` is the 准考证号 (12 digits), given once the profile is complete and a photo is there.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="candidate")
    state = CANDIDATE.field()
    candidate_number = models.CharField(_("准考证号"), max_length=12, null=True, unique=True)  # noqa: DJ001 -- unique
    id_type = models.CharField(_("证件类型"), max_length=20, choices=IdType.choices)
    id_number = EncryptedTextField(_("证件号码"))
    id_number_index = BlindIndexField(source="id_number")
    gender = models.CharField(_("性别"), max_length=6, choices=Gender.choices, blank=True)
    birth_date = models.DateField(_("出生日期"), null=True)
    former_name = models.CharField(_("曾用名"), max_length=60, blank=True)
    ethnicity = models.CharField(_("民族"), max_length=2, blank=True)
    political_status = models.CharField(_("政治面貌"), max_length=2, blank=True)
    education = models.CharField(_("文化程度"), max_length=20, blank=True)
    occupation = models.CharField(_("职业"), max_length=20, blank=True)
    employer = models.CharField(_("工作单位"), max_length=100, blank=True)
    native_place = models.CharField(_("籍贯"), max_length=60, blank=True)
    household_area = models.CharField(_("户籍所在地"), max_length=6, blank=True)
    household_type = models.CharField(_("户口性质"), max_length=20, blank=True)
    address_area = models.CharField(_("通信地址区县"), max_length=6, blank=True)
    address = models.CharField(_("通信地址"), max_length=200, blank=True)
    postcode = models.CharField(_("邮政编码"), max_length=6, blank=True)
    phone = models.CharField(_("固定电话"), max_length=20, blank=True)
    category = models.CharField(_("考生类别"), max_length=20, choices=Category.choices, default=Category.SOCIAL)
    assisting_school = models.ForeignKey(
        "candidate_api.School", models.PROTECT, null=True, related_name="+", verbose_name=_("助学单位")
    )
    district = models.ForeignKey(
        "candidate_api.District", models.PROTECT, null=True, related_name="+", verbose_name=_("所属市自考办")
    )
    major = models.ForeignKey(
        "candidate_api.Major", models.PROTECT, null=True, related_name="+", verbose_name=_("报考专业")
    )
    photo = models.ForeignKey(PrivateFile, models.PROTECT, null=True, related_name="+", verbose_name=_("照片"))
    # Mobile and address have to be confirmed anew for every session before registration (domain 2.10).
    contact_confirmed_for = models.CharField(_("联系方式已确认的考期"), max_length=7, blank=True)
    # What an 身份认证 said before this instant was about another name or document.
    document_changed_at = models.DateTimeField(_("姓名或证件更正时间"), null=True)
    notice_version = models.CharField(_("注册须知版本"), max_length=20)
    created_at = models.DateTimeField(_("注册时间"), auto_now_add=True)
    enrolled_at = models.DateTimeField(_("准考证号生成时间"), null=True)

    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("合并到"), editable=False
    )

    class Meta:
        verbose_name = _("考生")
        verbose_name_plural = _("考生")
        constraints: ClassVar = [
            # By type: a passport and a permit may have the same number and are two people's.
            models.UniqueConstraint(fields=["id_type", "id_number_index"], name="candidate_one_per_document"),
            models.CheckConstraint(
                condition=models.Q(state="onboarding", candidate_number=None)
                | (~models.Q(state="onboarding") & models.Q(candidate_number__isnull=False)),
                name="candidate_number_when_enrolled",
            ),
            models.CheckConstraint(
                condition=models.Q(state="merged", merged_into__isnull=False)
                | (~models.Q(state="merged") & models.Q(merged_into=None)),
                name="candidate_merged_into_another",
            ),
        ]

    def __str__(self) -> str:
        return self.candidate_number or f"#{self.pk}"

    @property
    def masked_id_number(self) -> str:
        return mask_id_number(self.id_number)

    @CANDIDATE.transition("enrol")
    def enrol(self, number: str) -> None:
        self.candidate_number = number

    @CANDIDATE.transition("transfer")
    def transfer(self) -> None:
        pass

    @CANDIDATE.transition("merge")
    def merge(self, target: "Candidate") -> None:
        self.merged_into = target


class FormerDocument(models.Model):
    """Name and document of an enrolled record before they were changed, by its owner in the profile or by 考生信息变更:
    the archive finds a person by their old number too."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="former_documents")
    name = models.CharField(_("姓名"), max_length=60)
    id_type = models.CharField(_("证件类型"), max_length=20, choices=IdType.choices)
    id_number = EncryptedTextField(_("证件号码"))
    id_number_index = BlindIndexField(source="id_number")
    until = models.DateTimeField(_("变更时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("曾用证件")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["id_number_index"], name="former_document_by_number")]

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.until:%Y-%m-%d}"


class NumberCounter(models.Model):
    """The last serial given under one seven-digit prefix (office and half-year); locked while the next is given."""

    prefix = models.CharField(max_length=7, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("准考证号计数")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(last__lte=99_999), name="number_counter_five_digits"),
        ]

    def __str__(self) -> str:
        return self.prefix
