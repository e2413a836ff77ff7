"""Weights are fetched from a hub, here a small server: pinned, continued, if there is space."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

COMMIT, OLDER = "a" * 40, "b" * 40
REPOSITORY = "Wan-AI/Wan2.2-TI2V-5B-Diffusers"
FILES = {
    "model_index.json": b'{"transformer": [null, null]}',
    "vae/config.json": b"{}",
    "transformer/weights.safetensors": bytes(range(256)) * 100_000,
    "README.md": b"not fetched",
    "assets/logo.png": b"not fetched",
}
BIG = "transformer/weights.safetensors"


class Hub(http.server.BaseHTTPRequestHandler):
    """As much of the hub as a fetch needs; `server` says how it misbehaves."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(with_body=False)

    def do_GET(self):
        self.answer(with_body=True)

    def answer(self, *, with_body):
        self.server.asked.append((self.path, self.headers.get("Range"), self.command))
        if "/tree/" in self.path:
            self.send_tree()
        elif self.path.startswith("/api/models/"):
            self.send_listing()
        else:
            self.send_file(self.path.split("/resolve/")[1].split("/", 1), with_body)

    def send_listing(self):
        revision = self.path.split("/revision/")[1].split("?")[0]
        commit = {"main": self.server.main}.get(revision, revision)
        siblings = [
            {
                "rfilename": name,
                "size": self.server.sizes.get(name, len(content)),
                "lfs": {"sha256": self.server.sha, "size": len(content), "pointerSize": 134}
                if name == BIG
                else None,
            }
            for name, content in {**FILES, **self.server.extra}.items()
        ]
        body = {"id": REPOSITORY, "modelId": REPOSITORY, "sha": commit, "siblings": siblings}
        self.send(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def send_tree(self):
        files = [
            {
                "type": "file", "path": name, "oid": "0" * 40, "size": len(content),
                "lfs": {"oid": self.server.sha, "size": len(content), "pointerSize": 134}
                if name == BIG
                else None,
            }
            for name, content in {**FILES, **self.server.extra}.items()
        ]  # fmt: skip
        self.send(200, json.dumps(files).encode(), {"Content-Type": "application/json"})

    def send_file(self, place, with_body):
        commit, name = place
        content = FILES[name]
        begin = int((self.headers.get("Range") or "bytes=0-")[6:].split("-")[0])
        headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": commit}
        headers["Content-Length"] = str(len(content) - begin)
        part = content[begin:]
        if with_body and name == BIG and self.server.cuts:
            self.server.cuts -= 1
            part = part[: len(part) // 2]
        self.send(206 if begin else 200, part if with_body else b"", headers)

    def send(self, code, body, headers):
        self.send_response(code)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True


@pytest.fixture
def hub():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.asked, server.cuts, server.main, server.sizes, server.extra = [], 0, COMMIT, {}, {}
    server.sha = hashlib.sha256(FILES[BIG]).hexdigest()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def fetch(hub, folder: Path, *options: str, preset: str = "wan2.2-ti2v-5b"):
    environment = {
        **os.environ, "HF_ENDPOINT": f"http://127.0.0.1:{hub.server_address[1]}",
        "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(folder.parent / "hf"),
        "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "NO_PROXY": "*",
    }  # fmt: skip
    command = [sys.executable, "-m", "storyboard", "weights", "fetch", preset, "-o", str(folder)]
    return subprocess.run(
        [*command, *options], capture_output=True, text=True, env=environment, timeout=120
    )


def test_files_arrive_whole_and_pictures_stay_where_they_are(hub, tmp_path):
    done = fetch(hub, tmp_path / "w")
    assert done.returncode == 0, done.stderr
    fetched = {name: content for name, content in FILES.items() if name[-3:] not in (".md", "png")}
    for name, content in fetched.items():
        assert (tmp_path / "w" / name).read_bytes() == content
    assert not (tmp_path / "w" / "README.md").exists()
    assert f"{REPOSITORY} at {COMMIT[:12]}, 25.6 MB." in done.stdout


def test_a_second_fetch_stays_at_the_revision_and_fetches_nothing(hub, tmp_path):
    fetch(hub, tmp_path / "w")
    hub.main, before = OLDER, len(hub.asked)
    done = fetch(hub, tmp_path / "w")
    assert done.returncode == 0
    assert COMMIT[:12] in done.stdout
    assert [path for path, *_ in hub.asked[before:] if "/resolve/" in path] == []


def test_a_revision_can_be_asked_for(hub, tmp_path):
    done = fetch(hub, tmp_path / "w", "--revision", OLDER)
    assert OLDER[:12] in done.stdout
    assert all(OLDER in path for path, *_ in hub.asked if "/resolve/" in path)
    pin = json.loads((tmp_path / "w" / "storyboard-weights.json").read_text())
    assert pin == {"repository": REPOSITORY, "revision": OLDER}


def test_a_fetch_that_loses_its_connection_goes_on_where_it_stopped(hub, tmp_path):
    hub.cuts = 1
    done = fetch(hub, tmp_path / "w")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "w" / BIG).read_bytes() == FILES[BIG]
    assert len(begins(hub)) == 2
    assert begins(hub)[0] == 0 < begins(hub)[1]


def test_a_fetch_that_was_killed_goes_on_with_the_files_that_are_missing(hub, tmp_path):
    assert fetch(hub, tmp_path / "w").returncode == 0
    (tmp_path / "w" / BIG).unlink()
    before = len(hub.asked)
    assert fetch(hub, tmp_path / "w").returncode == 0
    assert (tmp_path / "w" / BIG).read_bytes() == FILES[BIG]
    paths = {path for path, *_ in hub.asked[before:] if "/resolve/" in path}
    assert {path.split(f"/resolve/{COMMIT}/")[1] for path in paths} == {BIG}


def begins(hub):
    """Where each request for the big file begins."""
    asked = [
        part or "bytes=0-"
        for path, part, command in hub.asked
        if path.endswith(BIG) and command == "GET"
    ]
    return [int(part[6:].split("-")[0]) for part in asked]


def test_content_that_is_not_what_the_hub_announces_is_not_kept(hub, tmp_path):
    hub.sha = "0" * 64
    done = fetch(hub, tmp_path / "w")
    assert done.returncode == 1
    assert done.stderr.endswith(
        f"{tmp_path / 'w' / BIG}: what arrived has another SHA-256 than the hub announces, must be "
        "0000000000000000... Run the same command.\n"
    )
    assert not (tmp_path / "w" / BIG).exists()


def test_a_disk_that_is_too_small_is_noticed_before_the_first_byte(hub, tmp_path):
    hub.sizes = {BIG: 10**18}
    done = fetch(hub, tmp_path / "w")
    assert done.returncode == 3
    assert done.stderr.startswith(f"{tmp_path / 'w'}: ")
    assert done.stderr.endswith(
        " GB free, must be 1000000001.0 GB for what is still to fetch. Nothing was fetched; name a "
        "folder on a larger disk.\n"
    )
    assert [path for path, *_ in hub.asked if "/resolve/" in path] == []
    assert not (tmp_path / "w").exists()


def test_a_listing_may_not_point_out_of_its_folder(hub, tmp_path):
    hub.extra = {"../stolen.json": b"{}"}
    done = fetch(hub, tmp_path / "w")
    assert done.returncode == 1
    assert done.stderr == (
        f"{REPOSITORY}: lists the file '../stolen.json', must be below its folder. "
        "Do not use this repository.\n"
    )
    assert not (tmp_path / "stolen.json").exists()


def test_a_folder_of_another_preset_is_left_alone(hub, tmp_path):
    fetch(hub, tmp_path / "w")
    done = fetch(hub, tmp_path / "w", preset="wan2.2-t2v-a14b")
    assert done.returncode == 2
    assert f"holds files of '{REPOSITORY}', must be empty or of" in done.stderr


def test_a_folder_whose_revision_is_damaged_is_left_alone(hub, tmp_path):
    pin = tmp_path / "w" / "storyboard-weights.json"
    pin.parent.mkdir()
    pin.write_text("{")
    done = fetch(hub, tmp_path / "w")
    assert done.returncode == 2
    assert done.stderr == f"{pin}: cannot be read. Remove it to begin again.\n"


def test_a_folder_that_cannot_be_made_is_said_in_one_line(hub, tmp_path):
    (tmp_path / "w").write_bytes(b"")
    done = fetch(hub, tmp_path / "w")
    assert done.returncode == 1
    assert done.stderr == (
        f"{REPOSITORY}: [Errno 17] File exists: '{tmp_path / 'w'}'. "
        "Run the same command to continue.\n"
    )


def test_a_hub_that_does_not_answer_is_said_in_one_line(hub, tmp_path):
    hub.server_close()
    hub.shutdown()
    done = fetch(hub, tmp_path / "w")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{REPOSITORY}: ")
    assert done.stderr.endswith(
        ", must be reachable. Check the name, the network and, for gated repositories, HF_TOKEN; "
        "fetched files are kept.\n"
    )
    assert "bug in storyboard" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_preset_is_named(hub, tmp_path):
    done = fetch(hub, tmp_path / "w", preset="wan3")
    assert done.returncode == 2
    assert done.stderr.startswith("preset 'wan3': no weights to fetch, must be one of wan2.2-t2v")
