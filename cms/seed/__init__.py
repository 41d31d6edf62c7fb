"""What an office starts with: channels, questions, notices, tiles, windows, roles. A second run changes nothing."""

from cms.seed.faq import seed_faq
from cms.seed.news import seed_channels, seed_news
from cms.seed.roles import seed_roles
from cms.seed.tiles import seed_tiles
from cms.seed.windows import seed_windows

__all__ = ["seed_channels", "seed_faq", "seed_news", "seed_roles", "seed_tiles", "seed_windows"]
