"""Resolve a board to a ShotList: merge levels, look up names, convert times to exact seconds.

The nearest level wins for each field: shot, set-up, scene, defaults. Every value keeps its origin.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from fractions import Fraction

from shots.blocking import Blocking
from shots.board.inherit import (
    Inheritance,
    Levels,
    MergedFields,
    ShotLevel,
    merge_levels,
    merge_setups,
    rings,
)
from shots.board.raw_board import Board, WrittenScene, WrittenShot
from shots.board.resolve_blocking import (
    BlockingResolver,
    Entry,
    check_dressing,
    merge_blocking,
    set_plan,
)
from shots.lexicon.places import SetPlan
from shots.origins import FieldOrigin, OriginIndex
from shots.schema import (
    Character,
    Continuity,
    Dialogue,
    Format,
    Location,
    References,
    Scene,
    Shot,
    ShotList,
)
from shots.source.board_source import Loc, Source
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.values import Time, decimal, whole_frames

MAX_DURATION_S = 3600

# Fields that only a shot has; the first ones are copied unchanged.
_COPIED = ("loop", "focus", "take", "use", "notes", "review")
_SHOT_FIELDS = (*_COPIED, "action", "dialogue", "continuity", "references")


def resolve(board: Board, source: Source, inheritance: Inheritance) -> ShotList:
    """Resolve a validated board; unknown names and conflicts are reported in its source."""
    return _Resolver(board, source, inheritance).resolve()


class _Resolver:
    def __init__(self, board: Board, source: Source, inheritance: Inheritance) -> None:
        self._board = board
        self._source = source
        self._names = inheritance.names
        self._inheritance = inheritance
        self._report = source.report
        self._fps = board.format.fps
        self._written: dict[str, tuple[WrittenShot, Loc]] = {}
        for s, scene in enumerate(board.scenes):
            for k, shot in enumerate(scene.shots):
                self._written.setdefault(shot.id, (shot, ("scenes", s, "shots", k)))
        self._lighting = {
            name: merge_setups(board.lighting, [name, *inheritance.chain("lighting", name)])
            for name in board.lighting
        }
        self._locations = {
            key: location.model_copy(update={"id": key, "extends": None})
            for key, location in board.locations.items()
        }
        self._plans: dict[str, SetPlan | None] = {}  # by location, of those that are blocked
        self._origins: dict[str, Mapping[str, FieldOrigin]] = {}
        self._shot_locs: dict[str, Loc] = {}

    def resolve(self) -> ShotList:
        board = self._board
        for location in self._locations.values():
            check_dressing(location, self._names, self._source)
        scenes = tuple(self._scene(k, scene) for k, scene in enumerate(board.scenes))
        lighting = {
            name: Lighting(**{field: value for field, (_, value) in fields.items()})
            for name, fields in self._lighting.items()
        }
        shots = ShotList(
            path=self._source.path,
            files=tuple(file.path for file in self._source.files),
            version=board.storyboard,
            title=board.title,
            code=board.code or "",
            author=board.author,
            format=self._format(board.format),
            model=board.model,
            style=board.style,
            characters={key: _complete(key, each) for key, each in board.characters.items()},
            locations=self._locations,
            lighting=lighting,
            scenes=scenes,
        )
        self._report_rings(shots)
        shots._origins = OriginIndex(self._source, self._origins, self._shot_locs)
        return shots

    def _format(self, written: Format) -> Format:
        """Complete the format: size and aspect imply each other, or have to agree."""
        width, height = written.aspect
        if "size" not in written.model_fields_set:
            return written.model_copy(update={"size": _full_hd(width, height)})
        ratio = Fraction(*written.size)
        if "aspect" not in written.model_fields_set:
            return written.model_copy(update={"aspect": (ratio.numerator, ratio.denominator)})
        if abs(ratio * height / width - 1) > Fraction(1, 100):
            size = "x".join(map(str, written.size))
            finding = f"size {size} does not have the aspect {width}:{height}"
            fitting = "x".join(map(str, _full_hd(width, height)))
            self._report("SB102", finding, f"write size: {fitting}", ("format", "size"))
        return written

    def _scene(self, index: int, written: WrittenScene) -> Scene:
        loc: Loc = ("scenes", index)
        scene = ShotLevel("scene", f"scene {written.number}", loc, written)
        defaults = ShotLevel("defaults", "defaults", ("defaults",), self._board.defaults)
        shots = tuple(
            self._shot(shot, written, (*self._levels(shot, (*loc, "shots", k)), scene, defaults))
            for k, shot in enumerate(written.shots)
        )
        location = self._locations.get(written.location or self._board.defaults.location or "")
        return Scene(
            number=written.number,
            location=location.id if location else None,
            heading=written.heading or (location.heading if location else ""),
            time=written.time,
            synopsis=written.synopsis,
            wardrobe=written.wardrobe,
            shots=shots,
        )

    def _levels(self, shot: WrittenShot, loc: Loc) -> Iterator[ShotLevel]:
        """Iterate over the shot, shots it extends, its set-up, and set-ups that extends."""
        shots = [(shot, loc)]
        for key in self._inheritance.chain("shot", shot.id):
            if key in self._written:
                parent, parent_loc = self._written[key]
                # The status is not inherited: it is the state of the work on one shot.
                shots.append((parent.model_copy(update={"status": None}), parent_loc))
        yield from (ShotLevel("shot", f"shot {each.id}", at, each) for each, at in shots)
        name, at = next(((each.setup, at) for each, at in shots if each.setup), ("", loc))
        if name and (setup := self._find("setup", name, (*at, "setup"))):
            for key in (setup, *self._inheritance.chain("setup", setup)):
                if key in self._board.setups:
                    label, setup_loc = f"set-up {key}", ("setups", key)
                    yield ShotLevel("setup", label, setup_loc, self._board.setups[key])

    def _shot(self, written: WrittenShot, scene: WrittenScene, levels: Levels) -> Shot:
        merged = merge_levels(levels, self._lighting, scene_time=scene.time, fps=self._fps)
        values, origins = merged.values, merged.origins
        loc = levels[0].loc
        for name in ("id", *(name for name in _SHOT_FIELDS if name in written.model_fields_set)):
            origins[name] = levels[0].origin(name)
        for level in levels:
            if "setup" in level.directives.model_fields_set:
                origins["setup"] = level.origin("setup")
                break
        self._origins[written.id] = origins
        self._shot_locs[written.id] = (*loc, "id")
        entries = merge_blocking(levels, self._names)
        location = values.pop("location", None)
        if location is not None:
            location = self._find("location", location, origins["location"].loc)
        values["subjects"] = tuple(
            key
            for k, name in enumerate(values.get("subjects", ()))
            if (key := self._find("character", name, (*origins["subjects"].loc, k))) is not None
        )
        self._look_over(merged, entries)
        if merged.values["camera"].view == "insert" and "camera.size" not in origins:
            values["camera"] = values["camera"].model_copy(update={"size": "CU"})
        values["duration_s"] = self._duration(values.pop("duration", None), merged)
        if values.get("wardrobe") is not None:
            self._find("wardrobe", values["wardrobe"], origins["wardrobe"].loc)
        self._check_transitions(merged)
        at = self._locations.get(location or "")
        if at is None and scene.heading:
            at = Location(heading=scene.heading)
        for who, entry in entries.items():
            origins |= {f"blocking.{who}.{o.loc[-1]}": o for _, o in entry.values()}
        continuity, references = self._continuity(written, loc)
        dialogue = []
        for k, line in enumerate(written.dialogue):
            who = self._find("character", line.who, (*loc, "dialogue", k, "who")) or line.who
            at_s = line.at.at(self._fps) if line.at else None
            dialogue.append(Dialogue(who=who, line=line.line, at_s=at_s, locale=line.locale))
        return Shot(
            id=written.id,
            scene=scene.number,
            location=at,
            blocking=self._blocking(entries, at),
            sensor_mm=self._board.format.sensor_mm,
            action=" ".join(written.action.split()),
            dialogue=tuple(dialogue),
            continuity=continuity,
            references=references,
            setup=next((str(each.loc[1]) for each in levels if each.name == "setup"), None),
            **{name: getattr(written, name) for name in _COPIED},
            **values,
        )

    def _blocking(self, entries: Mapping[str, Entry], at: Location | None) -> dict[str, Blocking]:
        """The blocking of a shot; the floor plan of a location is made once for all its shots."""
        if not entries:
            return {}
        place = at.key if at else ""
        if place not in self._plans:
            self._plans[place] = set_plan(at)
        plan, names = self._plans[place], self._names
        return BlockingResolver(names, self._source, self._fps, plan, place, entries).resolve()

    def _look_over(self, merged: MergedFields, blocked: Container[str]) -> None:
        """Look up the person over whose shoulder the camera looks; that alone makes it an OTS."""
        camera, origin = merged.values["camera"], merged.origins.get("camera.over")
        if camera.over is None or origin is None:
            return
        over = camera.over
        if over not in blocked:
            over = self._find("character", camera.over, origin.loc) or camera.over
        view = camera.view or "OTS"
        merged.origins.setdefault("camera.view", origin)
        merged.values["camera"] = camera.model_copy(update={"over": over, "view": view})

    def _duration(self, written: Time | None, merged: MergedFields) -> Fraction:
        """Convert to seconds; a duration that is not allowed is reported."""
        if written is None:
            return Fraction(4)
        duration_s = written.at(self._fps)
        frames = duration_s * self._fps
        finding, remedy = "", "write it like 4s"
        if not duration_s:
            finding = "a shot of no length"
        elif duration_s > MAX_DURATION_S:
            finding = "a shot longer than an hour"
        elif whole_frames(duration_s, self._fps) is None:
            finding = (
                f"{decimal(duration_s)} s is {decimal(frames)} f at {decimal(self._fps)} fps, "
                "must be a whole number of frames"
            )
            remedy = f"write {max(1, int(frames))}f or {int(frames) + 1}f"
        if finding:
            self._report("SB008", finding, remedy, merged.origins["duration"].loc)
        return duration_s or Fraction(4)

    def _check_transitions(self, merged: MergedFields) -> None:
        """Report a shot that is shorter than its transitions together."""
        sides = [merged.values["transition_in"], merged.values["transition_out"]]
        # Sound cuts (j-cut, l-cut) do not shorten the picture.
        length = sum(side.frames for side in sides if side and side.kind[1:] != "-cut")
        num_frames = whole_frames(merged.values["duration_s"], self._fps)
        if num_frames is not None and length > num_frames:
            name = "transition.in" if "transition.in" in merged.origins else "transition.out"
            finding = f"transitions of {length} f in a shot of {num_frames} f"
            remedy = "shorten them, or lengthen the shot"
            self._report("SB008", finding, remedy, merged.origins[name].loc)

    def _continuity(self, written: WrittenShot, loc: Loc) -> tuple[Continuity | None, References]:
        """Resolve the earlier shot and the first frame; conflicting frames are reported."""
        continuity, references = written.continuity, written.references or References()
        source = continuity.from_ if continuity else None
        first_frame: Loc = (*loc, "references", "first-frame")
        if references.first_frame == "auto":
            if source is None:
                finding = "first-frame: auto without a frame to take over"
                self._report("SB007", finding, "add continuity: {from: last-frame}", first_frame)
            references = references.model_copy(update={"first_frame": None})
        elif references.first_frame and source == "last-frame":
            finding = f'two first frames: "{references.first_frame}" and the last frame before'
            self._report("SB102", finding, "keep one of them", first_frame)
        if written.loop and references.last_frame:
            finding = f'two last frames: "{references.last_frame}" and the first of a loop'
            self._report("SB102", finding, "keep one of them", (*loc, "loop"))
        if continuity is None:
            return None, references
        if continuity.after is not None:
            after = self._find("shot", continuity.after, (*loc, "continuity", "after"))
        else:
            after = self._names.previous_shot.get(written.id)
            if after is None:
                finding = "continuity in the first shot of the board"
                self._report("SB011", finding, "name a shot with after:", (*loc, "continuity"))
        return continuity.model_copy(update={"after": after}), references

    def _report_rings(self, shots: ShotList) -> None:
        """Report rings of continuity, which no order of rendering satisfies."""
        after = {
            shot.id: shot.continuity.after
            for shot in shots.shots
            if shot.continuity and shot.continuity.after
        }
        for ring in rings(after):
            path = " -> ".join([*ring, ring[0]])
            finding = f"shots follow each other in a ring: {path}"
            loc = (*self._shot_locs[ring[0]][:-1], "continuity", "after")
            self._report("SB013", finding, "remove after from one of them", loc)

    def _find(self, kind: str, name: str, loc: Loc) -> str | None:
        """Return the key that a name refers to; an unknown name is reported."""
        key = self._names.find(kind, name)
        if key is None:
            remedy = self._names.suggest(kind, name)
            self._report("SB011", f'{kind} "{name}" is not on this board', remedy, loc, name)
        return key


def _complete(key: str, character: Character) -> Character:
    """Fill in the default name (from the id) and the default `as` (from the looks)."""
    # The looks up to the first detail: "a thin driver of about sixty" gives "the thin driver".
    detail = r",|\s(?:in|with|of|wearing|who|that|on|at|from|and|about)\s"
    head = re.split(detail, character.looks)[0].strip()
    short = "the " + re.sub(r"^(?:a|an|the|one)\s+", "", head, flags=re.IGNORECASE)
    name = character.name or key.replace("-", " ").replace("_", " ").upper()
    update = {"id": key, "name": name, "as_": character.as_ or short, "extends": None}
    return character.model_copy(update=update)


def _full_hd(width: int, height: int) -> tuple[int, int]:
    """Size of an aspect ratio with a longer side of 1920, in even pixels."""
    short = max(16, round(1920 * min(width, height) / max(width, height) / 2) * 2)
    return (1920, short) if width >= height else (short, 1920)
