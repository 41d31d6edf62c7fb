"""The kinds of business whose rules data cannot say, one file each; registered with the engine at start."""

from candidate_api.applications.kinds import exemption
from candidate_api.applications.kinds.graduation import Graduation, GraduationCertificate
from candidate_api.applications.kinds.info_change import InfoChange
from candidate_api.applications.kinds.registration_refund import RegistrationRefund
from candidate_api.applications.kinds.score_review import ScoreReview
from candidate_api.applications.kinds.thesis_defence import ThesisDefence
from candidate_api.applications.kinds.transfer import TransferIn, TransferOut
from review.types.kinds import register


def plug_in() -> None:
    """Register them all."""
    register("exemption-diploma", exemption.by_diploma())
    register("exemption-certificate", exemption.by_certificate())
    register("graduation", Graduation())
    register("graduation-certificate", GraduationCertificate())
    register("info-change", InfoChange())
    register("registration-refund", RegistrationRefund())
    register("score-review", ScoreReview())
    register("thesis-defence", ThesisDefence())
    register("transfer-out", TransferOut())
    register("transfer-in", TransferIn())
