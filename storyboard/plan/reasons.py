"""Why a take is rendered: the fields that differ from the last run, named as on the board.

Keys tell that something has changed, but not what. So every run stores the fields of each take for
comparison. They are displayed only: what is rendered depends on keys alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from storyboard.plan.residency import INT8
from storyboard.store import content_key
from storyboard.take.take import Take

if TYPE_CHECKING:
    from storyboard.plan.plan import RenderPlan

_BOOKKEEPING = {
    "notes", "status", "review", "priority", "use", "takes", "dialogue", "sound", "references",
    "loop", "focus", "take", "transition_in", "transition_out",
}  # fmt: skip
_EFFECTS = ("prompt", "negative prompt", "staging")  # change because another field did
Facts = Mapping[str, object]
"""Field to JSON value."""


def take_facts(plan: RenderPlan, take: Take) -> Facts:
    """Every field that a take depends on, as it is named on the board."""
    board, settings, shot = plan.board, plan.settings, take.shot
    facts: dict[str, object] = {}
    facts.update(_flat(shot.model_dump(mode="json", exclude=_BOOKKEEPING), ""))
    for key in shot.subjects:
        facts.update(_flat(board.characters[key].model_dump(mode="json"), f"characters.{key}."))
    facts |= {
        "style.seed": board.style.seed,
        "style.seed-policy": board.style.seed_policy,
        "style.consistency": board.style.consistency,
        "style.look": board.style.look,
        "style.palette": list(board.style.palette),
        "style.texture": board.style.texture,
        "model.preset": settings.preset_name,
        "model.quality": settings.quality,
        "model.steps": settings.level.steps,
        "model.guidance": list(settings.guidance),
        "model.shift": settings.shift,
        "model.solver": settings.solver,
        "model.numbers": settings.hardware.dtype,
        "frames": take.frames.clip,
        "frames.rendered": take.frames.rendered,
        "size": list(take.size),
        "delivery.size": list(plan.size),
        "delivery.fps": str(plan.fps),
    }
    if settings.residency.name == INT8:
        facts["model.residency"] = INT8
    if settings.tiles is not None:
        facts["model.tile"] = [settings.tiles.side, settings.tiles.overlap]
    if settings.weights is not None:
        facts |= {f"weights.{name}": key for name, key in settings.weights.fingerprints.items()}
    # Last, because they change with a field above or, staging, with an earlier shot.
    facts |= {"prompt": take.prompt, "negative prompt": take.negative}
    facts["staging"] = content_key(take.staged.shown())
    if take.picture is not None:
        facts["first frame"] = take.picture.key
    if take.last_picture is not None:
        facts["last frame"] = take.last_picture.key
    if take.remix is not None:
        facts["take.from"] = take.remix.latent.key
        facts["take.strength"] = take.remix.strength
    return facts


def _flat(value: object, prefix: str) -> Iterator[tuple[str, object]]:
    """Nested mappings as dotted names, spelt as on the board: "lens_mm" is "lens"."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}{key}.")
    else:
        yield re.sub(r"_(mm|s)$|_(?=\.|$)", "", prefix.rstrip(".")).replace("_", "-"), value


def reason(now: Facts, before: Facts | None) -> str:
    """Reason in one line why a take has no clip yet.

    Args:
        now: Fields of the take in this plan.
        before: Fields in the last run, or None if it did not have the take.
    """
    if before is None:
        return "new"
    names = [name for name in (*now, *before) if now.get(name) != before.get(name)]
    changed = list(dict.fromkeys(names))
    causes = [name for name in changed if name not in _EFFECTS] or changed
    if not causes:
        return "not finished"
    parts = []
    for name in causes[:3]:
        old, new = _display(before.get(name)), _display(now.get(name))
        values = f" ({old} → {new})" if len(old) + len(new) < 40 else ""
        parts.append(f"{name} changed{values}")
    more = f" and {len(causes) - 3} more" if len(causes) > 3 else ""
    return ", ".join(parts) + more


def _display(value: object) -> str:
    if value is None or value == [] or value == "":
        return "none"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
