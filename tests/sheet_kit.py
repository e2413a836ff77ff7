"""A board for the contact sheet, with clips and stills."""

from __future__ import annotations

import dataclasses
import subprocess
from fractions import Fraction

import imageio_ffmpeg
import numpy as np
from PIL import Image

from shots.schema import Camera, Dialogue, Lighting, Scene, Shot, ShotList, Sound, Style, Transition
from storyboard.sheet.page import build_sheet
from storyboard.sheet.plan_drawing import PlanPoint
from storyboard.sheet.sheet_board import DirectiveRow, ShotResult

FPS = Fraction(12)
NUM_FRAMES = 25


def save_clip(path, num_frames=NUM_FRAMES, fps=FPS):
    """Every frame carries its number as its brightness, 20 + 8 k."""
    levels = (20 + 8 * np.arange(num_frames)) % 256
    frames = np.broadcast_to(levels[:, None, None, None], (num_frames, 36, 64, 3)).astype(np.uint8)
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "64x36"]
    coded = ["-c:v", "libx264", "-crf", "8", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error"]
    command = [*ffmpeg, *raw, "-r", str(fps), "-i", "-", *coded, path]
    subprocess.run(command, input=frames.tobytes(), check=True)
    return path


def save_still(path, colour):
    Image.new("RGB", (64, 36), colour).save(path)
    return path


def make_shot(shot_id, duration_s, movement=("static",), **changes):
    fields = {"action": "Rain falls.", "lighting": Lighting(time="night"), "size": "MS"} | changes
    camera = Camera(size=fields.pop("size"), angle="low", movement=movement)
    sound = Sound(is_mos=True)
    return Shot(id=shot_id, camera=camera, duration_s=duration_s, sound=sound, **fields)


def make_board(media=None):
    """Scene 12 with three shots, the last of them failed; scene 13 with one that is missing."""
    pictures = {}
    if media:
        pictures = {"still": media / "still.png", "clip": media / "clips" / "TLT 12A #1.mp4"}
    layout = {}
    if media:
        layout = {"layout_still": media / "layout.png", "layout_clip": media / "layout.mp4"}
    rendered = ShotResult(
        "rendered", "T01", num_frames=NUM_FRAMES, fps=FPS, seed=7, preset="greybox", **pictures
    )
    told = dataclasses.replace(
        rendered,
        take="T02",
        positive="Medium close-up shot, the camera slowly pushes in.",
        negative="subtitles, watermark",
        removed=("static",),
        steering="set depth, cast pose, 12 of 20 steps",
        references=("mara.png", "tram.png"),
        timings=(("denoise high", 21.25),),
        directives=(
            DirectiveRow("push-in", True, "0.9 m"),
            DirectiveRow("warm", False, "600 K cooler"),
        ),
        plan=(PlanPoint(0, -2, 1.5, 0, 1, 40), PlanPoint(0, -1, 1.5, 0, 1, 40)),
        **layout,
    )
    stop = (
        make_shot(
            "12", 4, scene="12", transition_in=Transition(kind="fade", frames=12, colour="black")
        ),
        make_shot(
            "12A",
            2,
            scene="12",
            size="MCU",
            movement=("push-in", "tilt-up"),
            notes="Hold the look.",
            status="needs-changes",
            review="Softer on the reveal.",
            dialogue=(Dialogue(who="MARA", line="Please. One more.", at_s=Fraction(6, 5)),),
            transition_out=Transition(kind="dissolve", frames=8),
        ),
        make_shot("12B", 3, scene="12"),
    )
    tram = (make_shot("13", 2, scene="13", lighting=Lighting(), action="A coin in an open palm."),)
    shots = ShotList(
        title="The Last Tram",
        code="TLT",
        author="A. Filmmaker",
        style=Style(seed=481516),
        scenes=(
            Scene(
                number="12",
                heading="EXT. TRAM STOP",
                time="NIGHT",
                synopsis="Almost late.",
                shots=stop,
            ),
            Scene(number="13", heading="INT. TRAM", shots=tram),
        ),
    )
    board = build_sheet(
        shots,
        {
            "12": rendered,
            "12A": told,
            "12B": ShotResult("failed", "T01", failure="out of memory"),
            "13": ShotResult(take="T01"),
        },
        date="24 November 2025",
        preset="greybox",
        quality="draft",
        animatic=media / "animatic.mp4" if media else None,
    )
    # The golden page has three of the fields, the same for every shot.
    fields = (("Size", "MS"), ("Angle", "low"), ("Move", "static"))
    scenes = (
        dataclasses.replace(
            scene, cards=tuple(dataclasses.replace(card, fields=fields) for card in scene.cards)
        )
        for scene in board.scenes
    )
    return dataclasses.replace(board, scenes=tuple(scenes))


def is_moving(page, shot=0):
    video = "const video = cards[shot].querySelector('.got .clip');"
    return page.wait_for_function(
        f"shot => {{ const cards = document.querySelectorAll('.card'); {video}"
        "return !video.paused && video.currentTime > 0 }",
        arg=shot,
    )


def is_paused(page, shot=0):
    return page.evaluate(
        "shot => document.querySelectorAll('.card')[shot].querySelector('.got .clip').paused", shot
    )


def focused_shot(page):
    return page.evaluate("""
        document.activeElement.closest('.card')?.querySelector('h3').textContent.trim()""")


def frame_on_screen(page):
    """Read the frame number out of the pixels of the large view."""
    level = page.evaluate("""async () => {
        const video = document.querySelector('dialog .got video');
        if (video.seeking) await new Promise(done => video.addEventListener('seeked', done));
        const pen = new OffscreenCanvas(1, 1).getContext('2d');
        pen.drawImage(video, 0, 0, 1, 1);
        return pen.getImageData(0, 0, 1, 1).data[0];
    }""")
    return (level - 20) / 8
