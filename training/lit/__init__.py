"""Training pictures of greybox: staged shots in traced light, beside their control films."""

from __future__ import annotations
