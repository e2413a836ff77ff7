"""Variants → deliverables: which pictures are rendered for them, and how often each is used.

Variants of one format share their pictures, and one that is reframed uses the board's own. So a
campaign is a few boards that differ in nothing but their size, rendered through one store: what
two variants show alike has one key and is made once. Called by `campaign` and by `plan`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.errors import InputError
from storyboard.events import Listener
from storyboard.film.cut import Cut
from storyboard.plan.cuts import variant_cut
from storyboard.plan.request import Request
from storyboard.run.preview import Options, Preview, preview
from storyboard.take.take import Size, Take

if TYPE_CHECKING:
    from shots.schema import ShotList
    from shots.variants import Variant

ALL = "all"


@dataclass(frozen=True)
class PictureSet:
    """A size that shots are rendered at, and the variants that are cut from it.

    Attributes:
        name: Of its folder, "9x16"; empty for the board's own format.
        request: Of the command line, with the size in it.
        variants: At least one.
    """

    name: str
    request: Request
    variants: tuple[Variant, ...]

    @property
    def shots(self) -> frozenset[str]:
        """Ids of the shots that some variant shows."""
        return frozenset(shot for variant in self.variants for shot in variant.shots)


@dataclass(frozen=True)
class Deliverable:
    """A file that somebody gets: a variant, its cut, and the takes it is cut from.

    Attributes:
        variant: What it is.
        source: What its takes are rendered as.
        cut: Its own; an end card is the last shot of it.
        takes: One a shot of the variant, in order.
        size: Pixels.
    """

    variant: Variant
    source: Preview
    cut: Cut
    takes: tuple[Take, ...]
    size: Size


@dataclass(frozen=True)
class Campaign:
    """Everything that will be delivered, decided."""

    sets: tuple[tuple[PictureSet, Preview], ...]
    deliverables: tuple[Deliverable, ...]

    @cached_property
    def num_shown(self) -> int:
        """Shots in all deliverables together: what rendering each by itself would render."""
        return sum(len(each.takes) for each in self.deliverables)

    @cached_property
    def num_rendered(self) -> int:
        """Clips that differ among them, by the keys of their content."""
        return len(
            {each.source.plan.clips(take) for each in self.deliverables for take in each.takes}
        )

    @cached_property
    def notices(self) -> tuple[str, ...]:
        """What is done differently in the cut of a variant than somebody might expect."""
        told = (
            f"{each.variant.label}: {n}" for each in self.deliverables for n in each.cut.notices
        )
        return tuple(dict.fromkeys(told))


def choose_variants(board: ShotList, text: str) -> tuple[Variant, ...]:
    """The variants that a command line names.

    Args:
        board: With its variants.
        text: `all`, or values of axes with commas between: "9:16,6s". Values of one axis are
            alternatives.

    Raises:
        InputError: The board has no variants, or none of that kind.
    """
    if not board.variants:
        raise InputError(f"{board.path}: no variants, must have some. Add variants: {{axes: ...}}.")
    wanted: dict[str, set[str]] = {}
    values = {(a, v) for variant in board.variants for a, v in variant.values.items()}
    for part in filter(None, (part.strip() for part in text.split(","))):
        if part.casefold() == ALL:
            continue
        name = part.casefold().replace("x", ":") if part[:1].isdigit() else part.casefold()
        axes = [axis for axis, value in values if value.casefold() in (name, part.casefold())]
        if not axes:
            known = sorted(value for _, value in values)
            near = get_close_matches(part, known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Choose from {', '.join(known)}."
            raise InputError(f"--variant {text}: {part!r} is on no axis. {hint}")
        for axis in axes:
            wanted.setdefault(axis, set()).update({name, part.casefold()})
    chosen = tuple(
        variant
        for variant in board.variants
        if all(variant.values[axis].casefold() in allowed for axis, allowed in wanted.items())
    )
    if not chosen:
        raise InputError(f"--variant {text}: no variant is all of that. Name fewer values.")
    return chosen


def picture_sets(
    board: ShotList, request: Request, variants: Sequence[Variant]
) -> tuple[PictureSet, ...]:
    """What has to be rendered for some variants, the board's own format first."""
    groups: dict[str, list[Variant]] = {}
    for variant in variants:
        is_own = variant.is_reframed or variant.aspect == board.format.aspect
        name = "" if is_own else "x".join(map(str, variant.aspect))
        groups.setdefault(name, []).append(variant)
    return tuple(
        PictureSet(name, _sized(request, groups[name][0]) if name else request, tuple(groups[name]))
        for name in sorted(groups)
    )


def _sized(request: Request, variant: Variant) -> Request:
    size = "x".join(map(str, variant.size))
    return replace(request, settings=(*request.settings, ("format.size", size)))


def set_options(board: ShotList, pictures: PictureSet, options: Options) -> Options:
    """What to make of a picture set: the takes it shows, and a film where no shot is left out."""
    wanted = pictures.shots if options.shots is None else pictures.shots & options.shots
    is_whole = len(pictures.shots) == len(board.shots)
    animatic = options.animatic and is_whole
    return replace(options, shots=wanted, shown_only=True, animatic=animatic)


def plan_campaign(
    board: ShotList,
    request: Request,
    variants: Sequence[Variant],
    folder: Path,
    root: Path,
    options: Options,
    listen: Listener,
) -> Campaign:
    """Plan the deliverables of some variants without doing any of it.

    Args:
        board: As loaded.
        request: Model and numbers.
        variants: From `choose_variants`.
        folder: Rendered into; every other format has a folder of its own in it.
        root: Of the store, one for all.
        options: What to make.
        listen: Told of damaged artefacts.

    Raises:
        InputError: The board or an option cannot be used.
    """
    sets = tuple(
        (
            each,
            preview(
                board,
                each.request,
                root,
                set_options(board, each, options),
                listen,
                folder=folder / each.name,
            ),
        )
        for each in picture_sets(board, request, variants)
    )
    sources = {id(variant): seen for each, seen in sets for variant in each.variants}
    return Campaign(sets, tuple(_deliverable(board, each, sources[id(each)]) for each in variants))


def _deliverable(board: ShotList, variant: Variant, source: Preview) -> Deliverable:
    shown = {take.shot.id: take for take in source.plan.shown}
    return Deliverable(
        variant=variant,
        source=source,
        cut=variant_cut(board, variant),
        takes=tuple(shown[shot] for shot in variant.shots),
        size=_size(board, variant, source),
    )


def _size(board: ShotList, variant: Variant, source: Preview) -> Size:
    """As much smaller than the variant at full size as the picture set's cut is."""
    width, height = source.plan.size
    if not variant.is_reframed:
        return width, height
    full_width, full_height = source.plan.board.format.size
    return (
        max(round(variant.size[0] * width / full_width / 2) * 2, 2),
        max(round(variant.size[1] * height / full_height / 2) * 2, 2),
    )
