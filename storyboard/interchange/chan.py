"""A camera path → the .chan text that Nuke, Houdini and Blender read: one line a frame.

Columns: frame, position x y z in metres, rotation x y z in degrees, vertical field of view in
degrees. There y points up and a camera looks along -z; rotations are in the order ZXY, which is a
camera's yaw, pitch and roll. The ground is y = 0 and the subject stands at the origin.
"""

from __future__ import annotations

import numpy as np

from shots.path.camera_path import CameraPath

HANDED = np.array([1.0, -1.0, -1.0])
"""Of their axes against ours, where y points down and z forward."""


def chan_text(path: CameraPath, first_frame: int = 1) -> str:
    """Write a path as lines of a .chan file.

    Args:
        path: One pose a frame.
        first_frame: Number of the first.
    """
    position = path.camera_to_world[:, :, 3] * HANDED
    yaw, pitch, roll = path.yaw_pitch_roll_deg().T
    view = np.degrees(2 * np.arctan(0.5 / (path.focal * path.aspect)))
    columns = np.column_stack([position, pitch, -yaw, -roll, view]) + 0.0
    return "".join(
        "\t".join([str(first_frame + k), *(f"{value:.6f}" for value in row)]) + "\n"
        for k, row in enumerate(columns)
    )
