"""Keeping a store small: what the last run does not use goes.

Called by `storyboard gc`.
"""

from __future__ import annotations

from pathlib import Path

from storyboard.errors import InputError
from storyboard.run.lock import board_lock
from storyboard.run.manifest import FILE, read_manifest, require_manifest
from storyboard.store import Ref, Store

# What stands between a prompt and a clip: of no use until the take changes.
INTERMEDIATE = ("encode-text", "encode-picture", "denoise-")


def collect_garbage(folder: Path, *, with_latents: bool) -> tuple[int, int]:
    """Drop artefacts; returns how many, and how many bytes.

    Args:
        folder: Of a run.
        with_latents: Whether contexts and latents of finished takes go too.

    Raises:
        InputError: The folder is not that of a run.
    """
    manifest = require_manifest(folder)
    root = folder / "store"
    if not root.is_dir():
        raise InputError(f"{root}: not there, must be the store of a run. Render first.")
    # Formats of a campaign have folders of their own, and share the store.
    formats = filter(None, (read_manifest(path.parent) for path in folder.glob(f"*/{FILE}")))
    used = {
        (stage, key)
        for run in (manifest, *formats)
        for take in run.takes
        for stage, keys in take.keys.items()
        for key in keys
    }
    with board_lock(root):
        store = Store(root)
        store.clear_drafts()
        keep: set[Ref] = set()
        for ref in store.refs():
            is_used = (ref.stage, ref.key) in used or ref.stage == "piece"
            is_between = ref.stage.startswith(INTERMEDIATE)
            if is_used and not (with_latents and is_between):
                keep.add(ref)
        return store.collect(keep)
