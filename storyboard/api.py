"""Python interface: render or check a board as the command line does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack

from pydantic_core import PydanticCustomError

from shots import Problem, ShotList, ShotListErrors, load_shots
from shots.vocabulary.values import read_time
from storyboard.campaign.deliverables import choose_variants
from storyboard.campaign.render_campaign import render_campaign
from storyboard.errors import InputError
from storyboard.events import Event
from storyboard.plan.preset_check import preset_problems
from storyboard.plan.request import Request, parse_lora
from storyboard.run.commands import render_board
from storyboard.run.deliver import SHEET
from storyboard.run.preview import Options, RunSpec
from storyboard.run.session import Outcome


@dataclass(frozen=True)
class TakeResult:
    """One take of a render.

    Attributes:
        shot: Id.
        take: Number, from 1.
        is_shown: Whether it is in the cut.
        status: "rendered", "cached", "failed" or "missing".
        clip: Finished clip, None if there is none.
        still: Its middle frame, None if there is none.
        error: Why it failed.
        verdicts: "agrees", "disagrees" or "cannot tell" by directive.
    """

    shot: str
    take: int
    is_shown: bool
    status: str
    clip: Path | None
    still: Path | None
    error: str
    verdicts: Mapping[str, str]


@dataclass(frozen=True)
class RenderResult:
    """Files and findings of a render.

    Attributes:
        folder: Output folder.
        animatic: All shots cut together, None if it was not requested.
        films: Delivered files of a campaign, captions included; empty without `variants`.
        page: Contact sheet.
        takes: All takes; with `variants`, those of every format.
    """

    folder: Path
    animatic: Path | None
    films: tuple[Path, ...]
    page: Path
    takes: tuple[TakeResult, ...]

    @property
    def failures(self) -> dict[str, str]:
        """Error by shot, of takes that could not be rendered."""
        return {take.shot: take.error for take in self.takes if take.status == "failed"}

    @property
    def verdicts(self) -> dict[str, Mapping[str, str]]:
        """Verdict by shot and directive, of the takes in the cut."""
        return {take.shot: take.verdicts for take in self.takes if take.is_shown}


class RenderOptions(TypedDict, total=False):
    """Keyword arguments of `render`: the options of `storyboard render`, with the same defaults.

    Attributes:
        settings: Overrides as in `--set`: style.seed, format.size, steps, guidance, ...
        loras: FILE, FILE=STRENGTH or FILE=HIGH,LOW.
        shots: Ids to render.
        variants: "all", or values of axes like "9:16,6s".
        retakes: Most takes to add to a shot that disobeys.
        title: Length of a title card: "2s", "48f".
        listen: Receives every event.
    """

    quality: str | None
    preset: str | None
    weights: str | Path | None
    device: str
    seed: int | None
    settings: Mapping[str, object]
    loras: Iterable[str]
    stills: bool
    extend: str | Path | None
    shots: Iterable[str] | None
    variants: str | None
    retakes: int
    score: bool
    animatic: bool
    title: str
    burn_in: bool
    wave: int | None
    listen: Callable[[Event], None]


def render(
    board: str | Path, out: str | Path | None = None, **options: Unpack[RenderOptions]
) -> RenderResult:
    """Render a board: clips, animatic and contact sheet. Finished work of earlier runs is reused.

    Args:
        board: YAML file.
        out: Output folder; default `out/<board>`.
        options: See `RenderOptions`.

    Returns:
        Its `failures` are empty if every take was rendered.

    Raises:
        ShotListErrors: The board has errors.
        StoryboardError: The render cannot start or cannot continue; finished work is kept.
    """
    unknown = sorted(options.keys() - RenderOptions.__annotations__.keys())
    if unknown:
        raise TypeError(f"render() has no option {unknown[0]!r}")
    loaded = load_shots(Path(board))
    folder = Path("out") / Path(board).stem if out is None else Path(out)
    spec = RunSpec(loaded, _request(options), folder, _options(options, loaded))
    listen = options.get("listen", lambda event: None)
    variants = options.get("variants")
    films: tuple[Path, ...] = ()
    if variants is None:
        outcomes = {folder: render_board(spec, listen)}
    else:
        delivery = render_campaign(spec, choose_variants(loaded, variants), listen)
        films = tuple(delivery.folder / row.file for row in delivery.rows)
        outcomes = dict(delivery.outcomes)
    place, outcome = next(iter(outcomes.items()))
    animatic = outcome.manifest.animatic.get("file") if spec.options.animatic else None
    return RenderResult(
        folder=folder,
        animatic=place / str(animatic) if animatic else None,
        films=films,
        page=place / SHEET,
        takes=tuple(take for item in outcomes.items() for take in _takes(*item)),
    )


def _request(options: RenderOptions) -> Request:
    settings = [(key, str(value)) for key, value in options.get("settings", {}).items()]
    seed, weights, extend = (options.get(name) for name in ("seed", "weights", "extend"))
    if seed is not None:
        settings.append(("style.seed", str(seed)))
    return Request(
        preset=options.get("preset"),
        quality=options.get("quality"),
        weights=None if weights is None else Path(str(weights)),
        device=options.get("device", "auto"),
        settings=tuple(settings),
        loras=tuple(parse_lora(text) for text in options.get("loras", ())),
        stills=options.get("stills", False),
        extend=None if extend is None else Path(str(extend)),
    )


def _options(options: RenderOptions, board: ShotList) -> Options:
    retakes, score = options.get("retakes", 0), options.get("score", True)
    if retakes and (options.get("variants") or not score):
        raise InputError("retakes: not together with variants or score=False. Remove one of them.")
    title, shots = options.get("title", "0s"), options.get("shots")
    try:
        title_s = read_time(title).at(board.format.fps)
    except PydanticCustomError:
        raise InputError(f"title {title!r}: no length of time, must be like 2s or 48f.") from None
    return Options(
        shots=None if shots is None else frozenset(shots),
        animatic=options.get("animatic", True),
        burn_in=options.get("burn_in", False),
        title_s=title_s,
        wave=options.get("wave"),
        retakes=retakes,
        score=score,
    )


def _takes(folder: Path, outcome: Outcome) -> Iterator[TakeResult]:
    for entry in outcome.manifest.takes:
        yield TakeResult(
            shot=entry.shot,
            take=entry.take,
            is_shown=entry.shown,
            status=entry.status,
            clip=folder / entry.clip if entry.clip else None,
            still=folder / entry.still if entry.still else None,
            error=entry.error,
            verdicts={found["directive"]: found["verdict"] for found in entry.findings},
        )


def check(board: str | Path, *, preset: str | None = None) -> list[Problem]:
    """Check a board as `storyboard check` does; returns errors, warnings and notices.

    Args:
        board: YAML file.
        preset: Check for this preset instead of the board's.

    Raises:
        InputError: The preset does not exist.
    """
    try:
        return list(preset_problems(load_shots(Path(board)), preset))
    except ShotListErrors as errors:
        return list(errors.problems)
