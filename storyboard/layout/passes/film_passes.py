"""Passes of a shot from its film: frames with buffers, people's skeletons, clay; its record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from storyboard.layout.gltf import ExportPart
from storyboard.layout.meshes import SET_OWNER, Mesh, yaw_matrix
from storyboard.layout.motion.perform import Performance
from storyboard.layout.passes.pass_pictures import clay, clay_set, depth_range
from storyboard.layout.passes.passes_writer import TARGETS, PassFrame, PassRecord
from storyboard.layout.passes.skeleton import Skeleton, body_points
from storyboard.layout.render.frame import Bytes, render_frame
from storyboard.layout.shot_film import ShotFilm

Size = tuple[int, int]
_RANGE_SHRINK = 4  # the depths of a clip are measured on smaller pictures


def pass_frames(film: ShotFilm, size: Size, target: str) -> Iterator[PassFrame]:
    """The frames of a shot as the writer takes them."""
    clay_film = clay_set(film.still, film.lit_at)
    shown = {player.id for player in film.shown}
    for k in range(film.path.num_frames):
        frame, camera = film.frame(k, size), film.camera(k)
        acting = film.performances(k)
        people = [skeleton(film, name, act) for name, act in acting.items() if name in shown]
        picture: Bytes | None = None
        if "clay" in TARGETS[target].passes:
            scene = clay_film.with_moving(clay(film.scene(k).moving))
            picture = render_frame(scene, camera, film.rig, size).picture
        yield PassFrame(frame, camera, people, picture)


def pass_record(film: ShotFilm, size: Size) -> PassRecord:
    """What `passes.json` says of a shot."""
    small = (max(size[0] // _RANGE_SHRINK, 16), max(size[1] // _RANGE_SHRINK, 16))
    frames = sorted({0, film.path.num_frames // 2, film.path.num_frames - 1})
    span = depth_range(film.frame(k, small, is_focused=False).depth for k in frames)
    staged = film.staged
    return PassRecord(
        span,
        {film.numbers[p.id]: (p.name or p.id, p.kind) for p in film.shown},
        [(each.what, each.words) for each in staged.staged],
        [(each.words, each.why) for each in staged.not_staged],
        staged.prompt_only,
    )


def skeleton(film: ShotFilm, name: str, act: Performance) -> Skeleton:
    """The 18 points of a person in the world."""
    figure = film.figures[name]
    local = body_points(figure.pose_joints(act.pose), figure.points(act.pose))
    return Skeleton(film.numbers[name], local @ yaw_matrix(act.facing_deg) + act.place)


def gltf_parts(film: ShotFilm) -> list[ExportPart]:
    """Set, cast and things of a shot as parts of a glTF file."""
    scenes = [film.scene(k).moving for k in range(film.path.num_frames)]
    still = film.still.mesh
    names = {number: name for name, number in film.numbers.items()} | {SET_OWNER: "set"}
    parts = [
        ExportPart(names[number], owned(still, number))
        for number in np.unique(still.owner).tolist()
    ]
    for number in np.unique(scenes[0].owner).tolist():
        shapes = [owned(scene, number) for scene in scenes]
        parts.append(ExportPart(names[number], shapes[0], shapes=shapes))
    return parts


def owned(mesh: Mesh, owner: int) -> Mesh:
    """The faces of one owner, with the vertices that they use."""
    faces = mesh.owner == owner
    used, corners = np.unique(mesh.faces[faces], return_inverse=True)
    return replace(
        mesh,
        vertices=mesh.vertices[used],
        normals=mesh.normals[used],
        faces=corners.reshape(-1, 3).astype(np.int32),
        **{name: getattr(mesh, name)[faces] for name in ("colour", "glow", "surface", "owner")},
    )
