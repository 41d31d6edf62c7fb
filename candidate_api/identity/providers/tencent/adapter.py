"""Tencent Cloud FaceID by its SDK: `IdCardVerification` for name and number, `ImageRecognitionV2` for a face.

The setting TENCENT_FACEID: secret_id, secret_key, region, gateway (base URL). Every call is billed.
"""

import base64
import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.faceid.v20180301.faceid_client import FaceidClient
from tencentcloud.faceid.v20180301.models import IdCardVerificationRequest, ImageRecognitionV2Request

from candidate_api.identity.providers.contract import Answer, ProviderUnavailable

# The SDK writes whole answers to this log when it debugs.
logging.getLogger("tencentcloud_sdk_common").setLevel(logging.WARNING)

TIMEOUT = 8  # seconds
SAME_PERSON = 70  # of 100, as the service recommends: one wrong yes in ten thousand
# IdCardVerification: clear answers. -4 -6 (records away) and -7 (limit of the day) are none.
CLEAR = {"0": True, "-1": False, "-2": False, "-3": False, "-5": False}
# ImageRecognitionV2 tells a clear no as an error: not that person, no such number, no face to compare.
CLEAR_NO = frozenset(
    f"FailedOperation.{name}"
    for name in (
        "CompareLowSimilarity", "CoveredFace", "IdFormatError", "IdNameMisMatch", "IdNoExistSystem", "IdPhotoNoExist",
        "IdPhotoPoorQuality", "ImageBlur", "IncompleteFace", "LifePhotoDetectFaces", "LifePhotoDetectFake",
        "LifePhotoDetectNoFaces", "LifePhotoPoorQuality", "LifePhotoSizeError", "NameFormatError", "PoorImageQuality",
    )
)  # fmt: skip


@lru_cache(maxsize=4)
def _client(secret_id: str, secret_key: str, region: str, gateway: str) -> FaceidClient:
    address = urlsplit(gateway)
    http = HttpProfile(protocol=address.scheme, endpoint=address.netloc, reqTimeout=TIMEOUT)
    client = FaceidClient(Credential(secret_id, secret_key), region, ClientProfile(httpProfile=http))
    if address.hostname in {"127.0.0.1", "localhost"}:
        # A stand-in on this machine is never reached through a proxy; the SDK has no public way to say so.
        client.request.conn.proxy = None
        client.request.conn._session.trust_env = False
    return client


class TencentFaceId:
    """The provider `tencent`."""

    def __init__(self) -> None:
        self.client = _client(**settings.TENCENT_FACEID)

    def check_name_and_number(self, name: str, id_number: str) -> Answer:
        request = IdCardVerificationRequest()
        request.Name, request.IdCard = name, id_number
        answer = self._call(self.client.IdCardVerification, request)
        if isinstance(answer, Answer):
            return answer
        passed = CLEAR.get(str(answer.Result))
        if passed is None:
            raise ProviderUnavailable(f"result {str(answer.Result)[:20]}")
        return Answer(passed, _number(answer), str(answer.Result))

    def compare_face(self, name: str, id_number: str, image: bytes) -> Answer:
        request = ImageRecognitionV2Request()
        request.Name, request.IdCard = name, id_number
        request.ImageBase64 = base64.b64encode(image).decode()
        answer = self._call(self.client.ImageRecognitionV2, request)
        if isinstance(answer, Answer):
            return answer
        if answer.Result != "Success" or not isinstance(answer.Sim, float | int):
            raise ProviderUnavailable(f"result {str(answer.Result)[:40]}")
        return Answer(answer.Sim >= SAME_PERSON, _number(answer), "Success")

    @staticmethod
    def _call(method: Callable[[Any], Any], request: Any) -> Any:
        """The service's answer, or ours where it tells a clear no; its messages are not passed on: they may quote."""
        try:
            return method(request)
        except TencentCloudSDKException as error:
            code = str(error.get_code() or "")[:60]
            if code in CLEAR_NO:
                return Answer(False, str(error.get_request_id() or "")[:64], code)
            raise ProviderUnavailable(code) from None


def _number(answer: Any) -> str:
    number = str(answer.RequestId or "")[:64]
    if not number:
        raise ProviderUnavailable("an answer without its number")
    return number
