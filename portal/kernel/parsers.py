"""How a body is read. A module of its own: DRF imports it while it is being imported itself."""

import json
from io import BytesIO
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

SENTENCE = _("请求体不是可以读取的 JSON。")


class Json(JSONParser):
    """DRF's parser over the whole body, so that Django's limit on its size holds; what no text can hold is refused."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        body = parser_context["request"]._request.body
        try:
            parsed = super().parse(BytesIO(body), media_type, parser_context)
            if b"\\u" in body:
                json.dumps(parsed, ensure_ascii=False).encode()
        except (ParseError, UnicodeEncodeError, RecursionError) as error:  # no JSON; half a character; endless brackets
            raise ParseError(SENTENCE) from error
        return parsed
