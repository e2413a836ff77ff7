"""Board → ShotList: levels are merged, names are looked up, time becomes exact.

The nearest level wins field by field: shot, scene, defaults, model. Every value keeps the step it
came by, so that a trace can name its level and line. Called by `load.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from shots.board.defaults import complete_character, size_of, together
from shots.board.inherit import Lineage, Merged, Rung, Rungs, merge, rings
from shots.board.raw_board import Board, WrittenScene, WrittenShot
from shots.board.references import Names
from shots.origins import Step, Trail
from shots.schema import (
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
from shots.vocabulary.terms import Fault
from shots.vocabulary.values import decimal, whole_frames

_OWN = (
    "action", "dialogue", "continuity", "references", "loop", "focus", "take", "use",
    "notes", "review",
)  # fmt: skip
MAX_DURATION_S = 3600


def resolve(board: Board, source: Source, names: Names, lineage: Lineage) -> ShotList:
    """Make the shot list that a board means.

    Args:
        board: As written, every value well-formed.
        source: The file; what does not fit together is reported there.
        names: What shots may refer to.
        lineage: What extends what.
    """
    return _Resolver(board, source, names, lineage).resolve()


class _Resolver:
    def __init__(self, board: Board, source: Source, names: Names, lineage: Lineage) -> None:
        self._board = board
        self._source = source
        self._names = names
        self._lineage = lineage
        self._written: dict[str, tuple[WrittenShot, Loc]] = {}
        for s, scene in enumerate(board.scenes):
            for k, shot in enumerate(scene.shots):
                self._written.setdefault(shot.id, (shot, ("scenes", s, "shots", k)))
        self._lighting = {
            name: [
                (key, board.lighting[key])
                for key in (*reversed([*lineage.chain("lighting", name)]), name)
                if key in board.lighting
            ]
            for name in board.lighting
        }
        self._fps = board.format.fps
        self._trail_steps: dict[str, Mapping[str, Step]] = {}
        self._shot_locs: dict[str, Loc] = {}
        self._characters = {
            key: complete_character(key, who) for key, who in board.characters.items()
        }
        self._locations = {
            key: place.model_copy(update={"id": key, "extends": None})
            for key, place in board.locations.items()
        }

    def resolve(self) -> ShotList:
        board = self._board
        scenes = tuple(self._scene(k, scene) for k, scene in enumerate(board.scenes))
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
            characters=self._characters,
            locations=self._locations,
            lighting={name: together(chain) for name, chain in self._lighting.items()},
            scenes=scenes,
        )
        self._check_circles(shots)
        shots._trail = Trail(self._source, self._trail_steps, self._shot_locs)
        return shots

    def _format(self, written: Format) -> Format:
        """The size follows the aspect; written both, they have to agree."""
        width, height = written.aspect
        if "size" not in written.model_fields_set:
            return written.model_copy(update={"size": size_of(width, height)})
        ratio = Fraction(*written.size)
        if "aspect" not in written.model_fields_set:
            return written.model_copy(update={"aspect": (ratio.numerator, ratio.denominator)})
        if abs(ratio * height / width - 1) > Fraction(1, 100):
            size = "x".join(map(str, written.size))
            finding = f"size {size} does not have the aspect {width}:{height}"
            fitting = "x".join(map(str, size_of(width, height)))
            self._report(Fault("SB102", finding, f"write size: {fitting}"), ("format", "size"))
        return written

    def _scene(self, index: int, written: WrittenScene) -> Scene:
        loc: Loc = ("scenes", index)
        scene = Rung("scene", f"scene {written.number}", loc, written)
        defaults = Rung("defaults", "defaults", ("defaults",), self._board.defaults)
        shots = tuple(
            self._shot(shot, written, (*self._own(shot, (*loc, "shots", k)), scene, defaults))
            for k, shot in enumerate(written.shots)
        )
        location = written.location or self._board.defaults.location
        place = self._locations.get(location or "")
        return Scene(
            number=written.number,
            location=place.id if place else None,
            heading=written.heading or (place.heading if place else ""),
            time=written.time,
            synopsis=written.synopsis,
            wardrobe=written.wardrobe,
            shots=shots,
        )

    def _own(self, shot: WrittenShot, loc: Loc) -> Iterator[Rung]:
        """The shot itself, what it extends, its set-up and what that extends."""
        shots = [(shot, loc)]
        for key in self._lineage.chain("shot", shot.id):
            if key in self._written:
                parent, at = self._written[key]
                # How far the work on it is, is not taken over.
                shots.append((parent.model_copy(update={"status": None}), at))
        yield from (Rung("shot", f"shot {each.id}", at, each) for each, at in shots)
        named = next(((each.setup, at) for each, at in shots if each.setup), None)
        if named and (name := self._known("setup", named[0] or "", (*named[1], "setup"))):
            for key in (name, *self._lineage.chain("setup", name)):
                if key in self._board.setups:
                    yield Rung("setup", f"set-up {key}", ("setups", key), self._board.setups[key])

    def _setup(self, rungs: Rungs) -> str | None:
        """The set-up of a shot, by its key."""
        return next((str(rung.loc[1]) for rung in rungs if rung.level == "setup"), None)

    def _shot(self, written: WrittenShot, scene: WrittenScene, rungs: Rungs) -> Shot:
        merged = merge(rungs, self._lighting, scene_time=scene.time, fps=self._fps)
        loc = rungs[0].loc
        for name in _OWN:
            if name in written.model_fields_set:
                merged.steps[name] = Step("shot", rungs[0].label, (*loc, name))
        merged.steps["id"] = Step("shot", rungs[0].label, (*loc, "id"))
        named = (rung for rung in rungs if "setup" in rung.block.model_fields_set)
        if rung := next(named, None):
            merged.steps["setup"] = Step(rung.level, rung.label, (*rung.loc, "setup"))
        self._trail_steps[written.id] = merged.steps
        self._shot_locs[written.id] = (*loc, "id")
        values = merged.values
        location = self._location(values.pop("location", None), merged)
        values["subjects"] = self._subjects(values.get("subjects", ()), merged)
        values["duration_s"] = self._duration(values.pop("duration", None), merged)
        self._check_wardrobe(values.get("wardrobe"), merged)
        self._check_joins(values, merged)
        continuity, references = self._continuity(written, loc)
        return Shot(
            id=written.id,
            scene=scene.number,
            location=location,
            action=" ".join(written.action.split()),
            dialogue=tuple(self._dialogue(written, loc)),
            continuity=continuity,
            references=references,
            loop=written.loop,
            focus=written.focus,
            take=written.take,
            use=written.use,
            notes=written.notes,
            review=written.review,
            setup=self._setup(rungs),
            **values,
        )

    def _subjects(self, written: tuple[str, ...], merged: Merged) -> tuple[str, ...]:
        step = merged.steps.get("subjects")
        loc = step.loc if step else ()
        return tuple(
            key
            for k, name in enumerate(written)
            if (key := self._known("character", name, (*loc, k))) is not None
        )

    def _location(self, name: str | None, merged: Merged) -> Location | None:
        if name is None:
            return None
        key = self._known("location", name, merged.steps["location"].loc)
        return self._locations.get(key or "")

    def _check_wardrobe(self, name: str | None, merged: Merged) -> None:
        if name is not None:
            self._known("wardrobe", name, merged.steps["wardrobe"].loc)

    def _duration(self, written: Any, merged: Merged) -> Fraction:  # noqa: ANN401 - Time or None
        if written is None:
            return Fraction(4)
        duration_s: Fraction = written.at(self._fps)
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
            self._report(Fault("SB008", finding, remedy), merged.steps["duration"].loc)
        return duration_s or Fraction(4)

    def _check_joins(self, values: Mapping[str, Any], merged: Merged) -> None:
        """A shot is at least as long as the joins on its two sides."""
        joins = [values["transition_in"], values["transition_out"]]
        length = sum(join.frames for join in joins if join and join.kind[1:] != "-cut")
        num_frames = whole_frames(values["duration_s"], self._fps)
        if num_frames is not None and length > num_frames:
            name = "transition.in" if "transition.in" in merged.steps else "transition.out"
            finding = f"transitions of {length} f in a shot of {num_frames} f"
            self._report(
                Fault("SB008", finding, "shorten them, or lengthen the shot"),
                merged.steps[name].loc,
            )

    def _dialogue(self, written: WrittenShot, loc: Loc) -> Iterator[Dialogue]:
        for k, line in enumerate(written.dialogue):
            at: Loc = (*loc, "dialogue", k, "who")
            who = self._known("character", line.who, at) or line.who
            at_s = line.at.at(self._fps) if line.at else None
            yield Dialogue(who=who, line=line.line, at_s=at_s, locale=line.locale)

    def _continuity(self, written: WrittenShot, loc: Loc) -> tuple[Continuity | None, References]:
        """The shot that is followed, and the picture that begins this one."""
        continuity, references = written.continuity, written.references or References()
        follows = continuity.from_ if continuity else None
        picture = (*loc, "references", "first-frame")
        if references.first_frame == "auto":
            if follows is None:
                remedy = "say continuity: {from: last-frame}"
                fault = Fault("SB007", "first-frame: auto has nothing to take a frame from", remedy)
                self._report(fault, picture)
            references = references.model_copy(update={"first_frame": None})
        elif references.first_frame and follows == "last-frame":
            finding = f'two first frames: "{references.first_frame}" and the last frame before'
            self._report(Fault("SB102", finding, "keep one of them"), picture)
        if written.loop and references.last_frame:
            finding = f'two last frames: "{references.last_frame}" and the first of a loop'
            self._report(Fault("SB102", finding, "keep one of them"), (*loc, "loop"))
        if continuity is None:
            return None, references
        if continuity.after is not None:
            after = self._known("shot", continuity.after, (*loc, "continuity", "after"))
        else:
            after = self._names.shot_before(written.id)
            if after is None:
                finding = "continuity of the first shot of the board"
                self._report(Fault("SB011", finding, "say after which shot"), (*loc, "continuity"))
        return continuity.model_copy(update={"after": after}), references

    def _check_circles(self, shots: ShotList) -> None:
        """Shots that take over from each other in a ring would wait for ever."""
        after = {
            shot.id: shot.continuity.after
            for shot in shots.shots
            if shot.continuity and shot.continuity.after
        }
        for ring in rings(after):
            shown = " -> ".join([*ring, ring[0]])
            fault = Fault("SB013", f"shots follow each other in a ring: {shown}", "cut the ring")
            self._report(fault, (*self._shot_locs[ring[0]][:-1], "continuity", "after"))

    def _known(self, kind: str, name: str, loc: Loc) -> str | None:
        """The key that a name means; a name that means none is reported."""
        key = self._names.find(kind, name)
        if key is None:
            remedy = self._names.suggest(kind, name)
            self._report(Fault("SB011", f'{kind} "{name}" is not on this board', remedy, name), loc)
        return key

    def _report(self, fault: Fault, loc: Loc) -> None:
        place = self._source.place(loc)
        problem = self._source.problem(
            fault.code, fault.finding, fault.remedy, place, text=fault.text
        )
        self._source.problems.append(problem)
