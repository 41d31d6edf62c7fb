"""Table of contents: the portal's pages that editors look after."""

from home.front.models import HomePage

__all__ = ["HomePage"]
