"""JSON lines on stdout with the request's id; personal numbers never get through."""

import logging
import logging.config
import re
from typing import Any

import structlog

from portal.kernel.text import PERSONAL_NUMBER

# Whoever has a paper's code or signed token can read the paper's facts: a log line is no place for it.
_PROOF = re.compile(r"(/verify/)(?!public-key/)[^/\s?]+")


def without_personal_numbers(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """The last net under every log line: what looks like an ID number or a mobile, or proves a paper, is starred."""
    return {key: _starred(value) for key, value in event.items()}


def _starred(value: Any) -> Any:
    if isinstance(value, str):
        return _PROOF.sub(r"\1***", PERSONAL_NUMBER.sub("***", value))
    if isinstance(value, dict):
        return {key: _starred(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_starred(item) for item in value]
    return value


def configure(options: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: standard logging and structlog through the same renderer."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        without_personal_numbers,
                        structlog.processors.JSONRenderer(ensure_ascii=False),
                    ],
                }
            },
            "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stdout"], "level": options["level"]},
        }
    )
