"""Deliverables of a campaign: variants of a board, the picture sets they share, and their plan.

Variants of one format share their pictures, and a reframed variant uses the board's own format. A
campaign is therefore one board planned at a few sizes, rendered through one store: what two
variants show alike has one key and is rendered once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from storyboard.errors import InputError
from storyboard.events import Listener
from storyboard.film.cut import Cut
from storyboard.plan.plan import variant_cut
from storyboard.run.manifest_rows import print_plan, take_entries
from storyboard.run.preview import Preview, RunSpec, preview
from storyboard.take.frames import seconds
from storyboard.take.take import Size, Take

if TYPE_CHECKING:
    from shots.schema import ShotList
    from shots.variants import Variant

ALL = "all"

NEXT_VERSION = 1
"""Version in planned names; the actual one is known when files are compared with delivered ones."""


@dataclass(frozen=True)
class PictureSet:
    """The takes rendered at one size, and the variants that are cut from them.

    `name` is that of its folder, "9x16", and empty for the board's own format.
    """

    name: str
    variants: tuple[Variant, ...]
    planned: Preview


@dataclass(frozen=True)
class Deliverable:
    """One film to deliver: a variant, and the preview of the picture set it is cut from.

    `takes` has one take per shot of the variant; an end card is one more shot of the cut.
    """

    variant: Variant
    source: Preview
    cut: Cut
    takes: tuple[Take, ...]
    size: Size


@dataclass(frozen=True)
class Campaign:
    """All deliverables and picture sets, planned."""

    sets: tuple[PictureSet, ...]
    deliverables: tuple[Deliverable, ...]

    @cached_property
    def num_shown(self) -> int:
        """Shots of all deliverables together, as if none were shared."""
        return sum(len(each.takes) for each in self.deliverables)

    @cached_property
    def num_rendered(self) -> int:
        """Different clips among them, by store key."""
        return len(
            {each.source.plan.clips(take) for each in self.deliverables for take in each.takes}
        )

    @cached_property
    def notices(self) -> tuple[str, ...]:
        """Warnings about the cuts of the variants, each once."""
        notices = (
            f"{each.variant.label}: {n}" for each in self.deliverables for n in each.cut.notices
        )
        return tuple(dict.fromkeys(notices))

    @cached_property
    def summary(self) -> str:
        """One line: how many clips the deliverables share."""
        files, clips = len(self.deliverables), self.num_rendered
        return (
            f"{files} deliverable{'s' * (files != 1)} show {self.num_shown} shots, "
            f"made from {clips} clip{'s' * (clips != 1)}"
        )


def choose_variants(board: ShotList, text: str) -> tuple[Variant, ...]:
    """Select variants of a board by the text of `--variant`.

    Args:
        board: With its variants.
        text: `all`, or values of axes separated by commas: "9:16,6s". Values of one axis are
            alternatives; values of different axes must all hold.

    Raises:
        InputError: The board has no variants, or none that matches.
    """
    if not board.variants:
        raise InputError(f"{board.path}: no variants, must have some. Add variants: {{axes: ...}}.")
    allowed: dict[str, set[str]] = {}
    values = {(a, v) for variant in board.variants for a, v in variant.values.items()}
    for part in filter(None, (part.strip() for part in text.split(","))):
        if part.casefold() == ALL:
            continue
        name = part.casefold().replace("x", ":") if part[:1].isdigit() else part.casefold()
        axes = [axis for axis, value in values if value.casefold() in (name, part.casefold())]
        if not axes:
            choices = sorted(value for _, value in values)
            near = get_close_matches(part, choices, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Choose from {', '.join(choices)}."
            raise InputError(f"--variant {text}: {part!r} is on no axis. {hint}")
        for axis in axes:
            allowed.setdefault(axis, set()).update({name, part.casefold()})
    chosen = tuple(
        variant
        for variant in board.variants
        if all(variant.values[axis].casefold() in names for axis, names in allowed.items())
    )
    if not chosen:
        raise InputError(f"--variant {text}: no variant is all of that. Name fewer values.")
    return chosen


def plan_campaign(spec: RunSpec, variants: Sequence[Variant], listen: Listener) -> Campaign:
    """Plan the deliverables of some variants without doing any of it.

    The formats share the store; every format but the board's own has a subfolder of the folder.

    Raises:
        InputError: The board or an option cannot be used.
    """
    board = spec.board
    groups: dict[str, list[Variant]] = {}
    for variant in variants:
        is_own = variant.is_reframed or variant.aspect == board.format.aspect
        name = "" if is_own else "x".join(map(str, variant.aspect))
        groups.setdefault(name, []).append(variant)
    sets = [
        PictureSet(name, tuple(groups[name]), preview(_set_spec(spec, name, groups[name]), listen))
        for name in sorted(groups)  # the board's own format first
    ]
    # By identity: a variant holds a mapping and has no hash.
    sources = {id(variant): each.planned for each in sets for variant in each.variants}
    deliverables = []
    for variant in variants:
        source = sources[id(variant)]
        shown = {take.shot.id: take for take in source.plan.shown}
        takes = tuple(shown[shot] for shot in variant.shots)
        size = _size(variant, source)
        deliverables.append(Deliverable(variant, source, variant_cut(board, variant), takes, size))
    return Campaign(tuple(sets), tuple(deliverables))


def _set_spec(spec: RunSpec, name: str, variants: Sequence[Variant]) -> RunSpec:
    """Run of a picture set: the takes it shows, and an animatic only if it shows all shots."""
    request, options = spec.request, spec.options
    if name:
        size = ("format.size", "x".join(map(str, variants[0].size)))
        request = replace(request, settings=(*request.settings, size))
    shots = frozenset(shot for variant in variants for shot in variant.shots)
    has_all = len(shots) == len(spec.board.shots)
    options = replace(
        options,
        shots=shots if options.shots is None else shots & options.shots,
        shown_only=True,
        animatic=options.animatic and has_all,
    )
    return replace(
        spec, request=request, folder=spec.folder / name, options=options, store=spec.root
    )


def _size(variant: Variant, source: Preview) -> Size:
    """Size of a deliverable: a reframed one is scaled down as much as its picture set is."""
    width, height = source.plan.size
    if not variant.is_reframed:
        return width, height
    full_width, full_height = source.plan.board.format.size
    return (
        max(round(variant.size[0] * width / full_width / 2) * 2, 2),
        max(round(variant.size[1] * height / full_height / 2) * 2, 2),
    )


def print_campaign(campaign: Campaign, console: Console) -> None:
    """Print the deliverables, what they share, and the plan of every picture set."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("file", "size", "length", "pictures", "shots"):
        table.add_column(name, overflow="fold", no_wrap=name != "shots")
    for each in campaign.deliverables:
        plan, variant = each.source.plan, each.variant
        rendered = "x".join(map(str, plan.size))
        length = seconds(Fraction(each.cut.frames) / plan.fps)
        cells = (
            variant.name(NEXT_VERSION),
            "x".join(map(str, each.size)),
            f"{each.cut.frames} f = {length} s",
            f"cropped from {rendered}" if variant.is_reframed else f"rendered {rendered}",
            ", ".join(variant.shots) + (" + end card" if variant.end_card else ""),
        )
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    for notice in campaign.notices:
        console.print(Text(f"note: {notice}"))
    console.print(Text(campaign.summary, style="bold"))
    for pictures in campaign.sets:
        console.print()
        if pictures.name:
            console.print(Text(f"{pictures.name}:", style="bold"))
        print_plan(pictures.planned, console)


def campaign_as_json(campaign: Campaign) -> dict[str, object]:
    """The content of `print_campaign` as data."""
    return {
        "deliverables": [
            {
                "name": each.variant.name(NEXT_VERSION),
                "variant": dict(each.variant.values),
                "size": list(each.size),
                "frames": each.cut.frames,
                "reframed": each.variant.is_reframed,
                "shots": list(each.variant.shots),
            }
            for each in campaign.deliverables
        ],
        "shown": campaign.num_shown,
        "clips": campaign.num_rendered,
        "notices": campaign.notices,
        "sets": [
            {
                "name": pictures.name,
                "waiting": [take.slate for take in pictures.planned.waiting],
                "notices": pictures.planned.plan.notices,
                "waves": pictures.planned.waves.reason,
                "takes": [asdict(entry) for entry in take_entries(pictures.planned, {})],
            }
            for pictures in campaign.sets
        ],
    }
