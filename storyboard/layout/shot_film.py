"""A staged shot as meshes, cameras and light: what is rendered at each frame of its path."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shots.lexicon.places import SETS
from shots.lexicon.things import MODELS
from shots.staging.picture import on_plan, plan_turn
from shots.staging.staged import Player, StagedShot
from storyboard.layout.bed_covers import bed_covers
from storyboard.layout.cast.figure import figure_of
from storyboard.layout.meshes import Array, Mesh, join
from storyboard.layout.motion.held import in_hands
from storyboard.layout.motion.perform import Performance, perform_all
from storyboard.layout.motion.world import Spot, world_at
from storyboard.layout.near_shell import GARDEN, without_near_shell
from storyboard.layout.places.build_place import build_place
from storyboard.layout.places.rooms import from_above, through_walls
from storyboard.layout.places.set_place import SetPlace
from storyboard.layout.practicals import (
    is_switched_off,
    is_unlit,
    lamp_of,
    outdoor_lamp,
    practical_of,
    tint_of_room,
)
from storyboard.layout.render.depth_of_field import Optics
from storyboard.layout.render.frame import Frame, render_frame
from storyboard.layout.render.lens import LensCamera
from storyboard.layout.render.lights import Lamp, LightRig, light_rig
from storyboard.layout.render.render_scene import RenderScene, StillMesh
from storyboard.layout.render.weather import Weather, in_weather
from storyboard.layout.shot_optics import ShotOptics
from storyboard.layout.thing_motion import (
    BITES,
    ThingState,
    is_moving,
    mouths,
    placed,
    state_of,
    thing_mesh,
)

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot
    from shots.vocabulary.lighting import Lighting

Size = tuple[int, int]
_LEAST_FOCUS_M, _FOLLOWED = 0.1, 0.6  # part of the width from the middle that focus follows to
_MIDDLE_M = 0.9  # height of the middle of what is lit
_BEFORE_LENS = 0.55  # of the way to the subject: furniture nearer than that is taken off the set


_KEPT = 10  # scenes


@lru_cache(maxsize=4)
def _place_of(name: str, seed: int) -> SetPlace:
    return build_place(SETS[name], name, seed)


class ShotFilm:
    """A staged shot to be rendered at any frame of its camera path.

    Attributes:
        staged: The shot.
        path: Its camera, one pose a frame.
        poses: (F, 3, 4) camera to world, in the axes of the set.
        seconds: Length of the shot, of which the path may be a part.
        numbers: Number of each player as owner of its faces, by id, from 1.
        rig: Its light.
        still: What does not move.
        ground: Paint of the floor; None over an abyss.
        lit_at: (3,) what the key of a room stands near; None outdoors.
        shown: The players that are drawn: not who looks, nor what was taken off the set.
        figures: The people, by id.
    """

    def __init__(
        self, staged: StagedShot, path: CameraPath, shot: Shot, palette: Iterable[str] = ()
    ) -> None:
        """Build a shot.

        Args:
            staged: Who and what is where.
            path: One pose a frame.
            shot: Only its lighting, focus and moves are read.
            palette: Tones of the board's style.
        """
        self.staged, self.path = staged, path
        self.seconds = float(shot.duration_s)
        self.poses: Array = on_plan(path, staged.camera)
        self.numbers = {player.id: k for k, player in enumerate(staged.players, start=1)}
        hidden = {staged.camera.over} if staged.camera.view == "POV" else set()
        hidden |= self._before_the_lens()
        self.shown = tuple(player for player in staged.players if player.id not in hidden)
        people = [player for player in staged.players if player.look is not None]
        self.figures = {player.id: figure_of(player.look) for player in people if player.look}
        in_hand = _handled(people)
        in_hand |= {b.target for p in self.shown if p.kind == "animal" for b in p.beats
                    if b.gesture in BITES}  # fmt: skip
        carriers = {p.id for p in self.shown if p.kind != "person" and is_moving(p)}
        carriers |= {p.id for p in self.shown if p.on in carriers}
        things = [player for player in self.shown if player.kind != "person"]
        self._moving = [t for t in things if t.id in carriers or t.id in in_hand]
        self._still = [t for t in things if t.id not in carriers and t.id not in in_hand]
        place = staged.place
        self._place = _place_of(place.set, place.seed)
        if (
            self._place.is_interior
            and self.poses[:, 1, 3].min() < self._place.shell.vertices[:, 1].min()
        ):
            self._place = from_above(self._place, SETS[place.set].bounds)
        elif self._place.is_interior:
            eyes = self.poses[:, :, 3]
            self._place = through_walls(self._place, SETS[place.set].bounds, eyes)
        self._scenes: dict[int, RenderScene] = {}
        self.ground = self._place.ground if self._place.has_ground else None
        x, z = staged.camera.at
        self.lit_at = np.array([x, -_MIDDLE_M, z]) if self._place.is_interior else None
        self.still = StillMesh(self._set_mesh())
        self._palette, self._shot = tuple(palette), shot
        self._acting: tuple[int, dict[str, Performance]] | None = None  # of the last frame
        self._optics = ShotOptics(staged, path, shot)
        self.rig = self.lit(shot.lighting)

    def along(self, path: CameraPath) -> ShotFilm:
        """The same scene along another path of as many frames."""
        film = copy(self)
        film.path, film.poses, film._scenes = path, on_plan(path, self.staged.camera), {}
        film._optics, film._acting = ShotOptics(self.staged, path, self._shot), None
        return film

    def acted(self, player: Player) -> ShotFilm:
        """The same scene with a player that has other beats."""
        film = copy(self)
        film._scenes = {}
        players = [player if each.id == player.id else each for each in self.staged.players]
        film.staged = replace(self.staged, players=tuple(players))
        film.shown = tuple(player if each.id == player.id else each for each in self.shown)
        film._acting = None
        return film

    def lit(self, lighting: Lighting) -> LightRig:
        """The light of a directive on this set."""
        spots = world_at(self._still, 0.0, 1.0).spots
        players, weather = self.staged.players, self.staged.place.weather
        has_lamps_off = is_unlit(players, weather)
        lit = [
            (player, lamp_of(player, spots[player.id]))
            for player in self._still
            if not (has_lamps_off and is_switched_off(player))
        ]
        subject = np.array(self.staged.camera.at)
        lamps = sorted(
            ((player.is_fixture, lamp) for player, lamp in lit if lamp),
            key=lambda each: (each[0], float(np.hypot(*(np.array(each[1].at)[[0, 2]] - subject)))),
        )
        camera = self.staged.camera
        named = [lamp for is_fixture, lamp in lamps if not is_fixture]
        if not (self._place.is_interior or lighting.contrast or lighting.direction):
            named.append(outdoor_lamp(players, camera.at, camera.side_deg))
        rig = light_rig(
            lighting,
            self._palette,
            side_deg=camera.side_deg,
            is_interior=self._place.is_interior,
            lamps=[*named, *(lamp for is_fixture, lamp in lamps if is_fixture)],
            glow=None if has_lamps_off else tint_of_room(players),
            room=SETS[self.staged.place.set].bounds,
        )
        return in_weather(rig, weather)

    def camera(self, frame: int) -> LensCamera:
        """The camera at a frame."""
        pose = self.poses[frame]
        focal = float(self.path.focal[frame])
        return LensCamera(pose[:, :3].copy(), pose[:, 3].copy(), focal, self._optics.projection)

    def performances(self, frame: int) -> dict[str, Performance]:
        """All people at a frame, by id."""
        if self._acting is None or self._acting[0] != frame:
            share = float(self.path.share[frame])
            players, camera = self.staged.players, self.poses[frame][:, 3]
            found = perform_all(self.figures, players, share, self.seconds, camera)
            self._acting = frame, found
        return self._acting[1]

    def scene(self, frame: int) -> RenderScene:
        """Everything at a frame; the last few are kept for other lights and sizes."""
        found = self._scenes.get(frame)
        if found is None:
            found = self._built(frame)
            self._scenes = {**dict(list(self._scenes.items())[1 - _KEPT :]), frame: found}
        return found

    def _built(self, frame: int) -> RenderScene:
        acting = self.performances(frame)
        seconds = float(self.path.share[frame]) * self.seconds
        spots = world_at(self.shown, float(self.path.share[frame]), self.seconds).spots
        meshes = [
            self.figures[player.id]
            .mesh(acting[player.id].pose, self.numbers[player.id])
            .moved(acting[player.id].place, yaw_deg=acting[player.id].facing_deg)
            for player in self.shown
            if player.id in acting
        ]
        share = float(self.path.share[frame])
        for bed, mesh in bed_covers(
            self.shown, share, self.figures, acting, spots, self.seconds
        ).items():
            meshes.append(mesh.owned_by(self.numbers[bed]))
        held = mouths(self.shown, spots, share)
        for thing in (thing for act in acting.values() for thing in act.held):
            if thing.is_held or thing.id not in held:  # taken over by the next hand
                held[thing.id] = thing
        for player in self._moving:
            if player.id in held:
                hand = held[player.id]
                mesh = thing_mesh(player, ThingState(), is_held=True)
                mesh = mesh.turned(hand.turn).moved(hand.at)
            else:
                mesh = self._thing(player, spots, seconds)
            meshes.append(mesh.owned_by(self.numbers[player.id]))
        return RenderScene(self.still, join(meshes), self.ground, self.lit_at)

    def frame(
        self,
        frame: int,
        size: Size,
        *,
        rig: LightRig | None = None,
        is_focused: bool = True,
        threads: int = 1,
    ) -> Frame:
        """The picture and its buffers at a frame, in its own light or another."""
        return render_frame(
            self.scene(frame), self.camera(frame), self.rig_at(frame, rig), size,
            optics=self.optics_at(frame) if is_focused else None,
            weather=self.weather_at(frame), threads=threads,
        )  # fmt: skip

    def rig_at(self, frame: int, rig: LightRig | None = None) -> LightRig:
        """The light at a frame, with what is carried in the dark; `rig` instead of its own."""
        rig = rig or self.rig
        carried = self._carried_lamps(frame) if rig.is_dark else []
        return replace(rig, lamps=(*carried, *rig.lamps)) if carried else rig

    def optics_at(self, frame: int) -> Optics | None:
        """Focus and stop at a frame; None where everything is sharp."""
        return self._optics.at(frame, self._eyes_m(frame))

    def weather_at(self, frame: int) -> Weather | None:
        """Rain, snow or fog at a frame."""
        words = self.staged.place.weather
        seconds = float(self.path.share[frame]) * self.seconds
        return Weather(words, seconds, self.staged.place.seed) if words else None

    def _carried_lamps(self, frame: int) -> list[Lamp]:
        """Lights in hands and of what drives, at a frame."""
        lights = [player for player in self._moving if practical_of(player)]
        if not lights:
            return []
        spots = world_at(self.shown, float(self.path.share[frame]), self.seconds).spots
        acting = self.performances(frame)
        held = {thing.id: thing for act in acting.values() for thing in act.held}
        lamps = (lamp_of(each, spots[each.id], held.get(each.id)) for each in lights)
        return [lamp for lamp in lamps if lamp]

    def _eyes_m(self, frame: int) -> float | None:
        """Distance of the subject's eyes along the camera's axis; None if it has none in view."""
        pose = self.poses[frame]
        for name in self.staged.camera.subjects[:1]:
            if name in self.figures:
                eye = self.performances(frame)[name].points["eye"]
                aside, _, distance = pose[:, :3].T @ (eye - pose[:, 3])
                is_in = abs(aside) * self.path.focal[frame] < _FOLLOWED * distance
                return float(distance) if distance > _LEAST_FOCUS_M and is_in else None
        return None

    def pictures(self, size: Size, *, threads: int = 1) -> Iterator[NDArray[np.uint8]]:
        """The pictures of all frames; a frame that rests is the same object again.

        Threads draw the frames ahead, so that the caller may encode meanwhile.
        """
        path = self.path
        moments = [
            self.poses[k].tobytes() + path.focal[k].tobytes() + path.share[k].tobytes()
            for k in range(path.num_frames)
        ]
        is_new = [k == 0 or moments[k] != moments[k - 1] for k in range(path.num_frames)]
        todo = iter(np.flatnonzero(is_new).tolist())
        ahead = deque[Future[NDArray[np.uint8]]]()
        with ThreadPoolExecutor(threads) as pool:
            for frame in range(path.num_frames):
                if is_new[frame]:
                    for k in islice(todo, threads + 1 - len(ahead)):
                        ahead.append(pool.submit(lambda k: self.frame(k, size).picture, k))
                    picture = ahead.popleft().result()
                yield picture

    @property
    def movers(self) -> tuple[str, ...]:
        """Ids of everybody and of the things that move by themselves."""
        return (*self.figures, *(player.id for player in self._moving))

    def mask(self, names: Iterable[str], frame: Frame) -> NDArray[np.uint8]:
        """Coverage (H, W) of some players, 255 is all of a pixel."""
        total = np.zeros(frame.depth.shape, np.uint8)
        for name in names:
            total += frame.coverage(self.numbers[name])
        return total

    def subject_mask(self, frame: Frame) -> NDArray[np.uint8]:
        """Coverage (H, W) of what the camera frames."""
        return self.mask(self.staged.camera.subjects, frame)

    def displacements(self, first: int, last: int) -> dict[int, Array]:
        """Metres (3,) that players move between two frames, in the path's axes, by number."""
        back = plan_turn(self.staged.camera.side_deg).T
        begin, end = self._positions(first), self._positions(last)
        moves = {name: back @ (end[name] - begin[name]) for name in self.numbers}
        return {self.numbers[name]: move for name, move in moves.items() if np.any(move)}

    def _positions(self, frame: int) -> dict[str, Array]:
        """Where everybody and everything is at a frame; a rider is where the vehicle is."""
        spots = world_at(self.staged.players, float(self.path.share[frame]), self.seconds).spots
        acting = self.performances(frame)
        return {name: spot.position for name, spot in spots.items()} | {
            name: performance.place for name, performance in acting.items()
        }

    def _thing(self, player: Player, spots: Mapping[str, Spot], seconds: float) -> Mesh:
        spot = spots[player.id]
        state = state_of(player, spot, seconds, self.seconds)
        return placed(thing_mesh(player, state), spot, state)

    def _set_mesh(self) -> Mesh:
        spots = world_at(self._still, 0.0, 1.0).spots
        things = [
            self._thing(player, spots, 0.0).owned_by(self.numbers[player.id])
            for player in self._still
        ]
        aims = self.poses[:, :, 3] + self.path.subject_distance_m * self.poses[:, :, 2]
        place, lens = self._place, (self.poses, self.path.focal, self.path.aspect, aims)
        shell, backdrop = without_near_shell(place.shell, *lens), place.backdrop
        if place.is_interior:
            backdrop = without_near_shell(backdrop, *lens, GARDEN)
        return join([shell, backdrop, *things])

    def _before_the_lens(self) -> set[str]:
        """Ids of furniture between the camera and what is framed; a crew takes it off the set."""
        camera, hidden = self.staged.camera, set[str]()
        eyes = self.poses[:, [0, 2], 3]
        aims = np.array(camera.at) + self.path.subject[:, [0, 2]]
        kept = {*camera.subjects, camera.over}
        kept |= {beat.seat for player in self.staged.players for beat in player.beats}
        kept |= {player.on for player in self.staged.players if not player.is_fixture}
        plan = SETS[self.staged.place.set]
        struck = set().union(*(plan.struck((float(x), float(z))) for x, z in eyes))
        hidden |= struck - kept
        for player in self.staged.players:
            if not player.is_fixture or player.id in kept:
                continue
            width, height, depth = player.size or MODELS[player.model].size
            reach = max(width, depth) / 2
            way = aims - eyes
            length = np.maximum(np.linalg.norm(way, axis=1), 1e-6)
            away = np.array(player.at) - eyes
            ahead = (away * way).sum(1) / length
            aside = np.abs(away[:, 0] * way[:, 1] - away[:, 1] * way[:, 0]) / length
            field = 0.5 * ahead / self.path.focal
            near = (ahead > -reach) & (ahead < _BEFORE_LENS * length) & (aside < reach + field)
            if near.any() and player.base_m + height > 0.5:
                hidden.add(player.id)
        return hidden


def _handled(people: Iterable[Player]) -> set[str]:
    """Ids of what is in a hand at any time of the shot."""
    return {thing for player in people for beat in player.beats for _, thing in in_hands(beat)}
