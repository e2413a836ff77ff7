"""How experts lie in memory: sizes counted on the networks, choices from what is free."""

from __future__ import annotations

import json
import re

import pytest
import torch

from model.presets import PRESETS, WAN22_T2V_A14B, Backbone
from model.transformer import FLOAT32_PARAMETERS, PACKED_PARAMETERS, Transformer
from model.vace import VacePart
from storyboard.cli.main import run
from storyboard.errors import InputError
from storyboard.plan.residency import (
    FP8,
    INT8,
    STREAMED,
    WHOLE,
    choose_residency,
    expert_size,
    free_ram,
    parse_cards,
    work_bytes,
)
from storyboard.run.manifest import read_manifest
from storyboard.stages.stage import Hardware
from tests.storyboard_kit import BACKBONE, FAST, write_board, write_checkpoint

CARD = Hardware("cuda", "bfloat16")
A14B = WAN22_T2V_A14B
GB = 10**9


def chosen(
    free_bytes,
    *,
    size=(832, 480),
    num_frames=81,
    requested=None,
    hardware=CARD,
    flops=3e14,
    is_fp8=False,
):
    return choose_residency(
        A14B, hardware, size=size, num_frames=num_frames, flops=flops, free_bytes=free_bytes,
        requested=requested, is_fp8=is_fp8,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("backbone", "patch", "unshuffle"),
    [(p.backbone, p.patch, p.camera_unshuffle) for p in PRESETS.values() if p.backbone]
    + [(BACKBONE, (1, 1, 1), None)],
)
def test_an_expert_has_as_many_numbers_as_are_counted(backbone: Backbone, patch, unshuffle):
    with torch.device("meta"):
        state = Transformer(backbone, patch=patch, camera_unshuffle=unshuffle).state_dict()
        state |= VacePart(backbone, patch).state_dict() if backbone.control_layers else {}
    packable = {name: t for name, t in state.items() if re.search(PACKED_PARAMETERS, name)}
    islands = {name: t for name, t in state.items() if re.search(FLOAT32_PARAMETERS, name)}
    size = expert_size(backbone, patch, unshuffle)
    assert size.packable == sum(t.numel() for t in packable.values())
    assert size.rows == sum(len(t) for t in packable.values())
    assert size.float32 == sum(t.numel() for t in islands.values())
    everything = sum(t.numel() for t in state.values())
    assert size.packable + size.float32 + size.other == everything


def test_a_published_expert_takes_29_gigabytes_15_in_int8_and_3_streamed():
    size = expert_size(A14B.backbone, A14B.patch)
    taken = [size.num_bytes("bfloat16", name) / GB for name in (WHOLE, INT8, STREAMED)]
    assert taken == pytest.approx([29.0, 14.9, 3.0], abs=0.1)


def test_a_large_card_holds_the_expert_whole():
    found = chosen(80 * GB)
    assert found.name == WHOLE
    assert found.reason == (
        "an expert of wan2.2-t2v-a14b with its activations needs 38.4 GB, 80.0 GB free on the GPU"
    )


def test_a_small_card_streams_where_reading_hides_behind_computing():
    found = chosen(24 * GB, flops=5e13)
    assert found.name == STREAMED
    assert found.reason.endswith(
        "24.0 GB free on the GPU; blocks are read faster than they are computed"
    )


def test_int8_is_offered_where_reading_would_dominate_and_never_taken():
    found = chosen(24 * GB, num_frames=17)
    assert found.name == STREAMED
    assert (
        "reading its blocks takes 12.8 times as long as computing; residency=int8 fits"
        in found.reason
    )


def test_a_card_too_small_for_int8_is_not_offered_it():
    assert "int8" not in chosen(12 * GB, num_frames=17).reason


def test_fp8_files_stay_fp8_on_a_card_that_does_not_hold_them_unpacked():
    found = chosen(40 * GB, is_fp8=True)
    assert found.name == FP8
    assert found.reason == (
        "an expert of wan2.2-t2v-a14b with its activations needs 38.4 GB, 40.0 GB free on the GPU; "
        "it fits with its weights in eight bits, as they are in the files"
    )
    assert chosen(80 * GB, is_fp8=True).name == WHOLE
    assert chosen(12 * GB, is_fp8=True).name == STREAMED


def test_fp8_is_refused_where_files_have_none():
    with pytest.raises(InputError) as caught:
        chosen(40 * GB, requested=FP8)
    assert str(caught.value) == (
        "--set residency: 'fp8', but the experts' files do not have their weights in eight-bit "
        "floats, or a LoRA changes them. Leave it out, or use int8."
    )


def test_a_card_too_small_for_anything_is_told_what_to_do():
    assert chosen(2 * GB).reason.endswith("choose a smaller size or fewer frames")


@pytest.mark.parametrize("requested", [WHOLE, INT8, STREAMED])
def test_what_is_asked_for_is_done_whatever_is_free(requested):
    found = chosen(GB, requested=requested)
    assert (found.name, found.reason) == (requested, "as requested")


def test_a_word_that_is_no_residency_is_refused():
    with pytest.raises(InputError) as caught:
        chosen(GB, requested="half")
    assert str(caught.value) == (
        "--set residency: 'half', must be one of whole, fp8, int8, streamed."
    )


def test_unknown_memory_leaves_the_expert_whole():
    assert (chosen(None).name, chosen(None).reason) == (WHOLE, "free memory is not known")


def test_more_frames_need_more_memory():
    short, long = (work_bytes(A14B, (832, 480), frames, "bfloat16") for frames in (17, 81))
    assert long == pytest.approx(short * 21 / 5)


def test_free_memory_is_the_smaller_of_machine_and_container(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 8000 kB\nMemAvailable:    4000 kB\n")
    assert free_ram(meminfo, tmp_path) == 4000 * 1024
    (tmp_path / "memory.max").write_text("3000000\n")
    (tmp_path / "memory.current").write_text("2500000\n")
    (tmp_path / "memory.stat").write_text("anon 5\ninactive_file 1000000\n")
    assert free_ram(meminfo, tmp_path) == 1_500_000
    (tmp_path / "memory.max").write_text("max\n")
    assert free_ram(meminfo, tmp_path) == 4000 * 1024
    assert free_ram(tmp_path / "none", tmp_path) is None


def test_cards_are_read_from_the_drivers_lines():
    text = "Card A, with comma, 81559, 80000\nCard B, [N/A], [N/A]\n"
    card, *more = parse_cards(text)
    assert (card.name, card.total_bytes, card.free_bytes) == (
        "Card A, with comma", 81559 << 20, 80000 << 20,
    )  # fmt: skip
    assert not more


def test_a_run_says_how_its_experts_lay_and_streams_to_the_same_clip(tmp_path):
    board, weights = write_board(tmp_path), write_checkpoint(tmp_path / "weights")
    results = {}
    for name in (WHOLE, STREAMED, INT8):
        out = tmp_path / name
        requested = ("--weights", str(weights), "--set", f"residency={name}", "--shots", "1")
        assert run(["render", str(board), "-o", str(out), *FAST, "--no-animatic", *requested]) == 0
        manifest = read_manifest(out)
        assert manifest.residency["name"] == name
        results[name] = manifest.takes[0].keys, (out / manifest.takes[0].clip).read_bytes()
    assert results[STREAMED] == results[WHOLE]
    assert results[INT8][0] != results[WHOLE][0]
    assert results[INT8][1] != results[WHOLE][1]


def test_plan_prints_the_residency_with_its_reason(tmp_path, capsys):
    board, weights = write_board(tmp_path), write_checkpoint(tmp_path / "weights")
    options = [str(board), "-o", str(tmp_path / "out"), "--weights", str(weights), *FAST]
    assert run(["plan", *options]) == 0
    output = capsys.readouterr().out
    assert re.search(
        r"experts whole: an expert of greybox with its activations needs 0\.0 GB, ", output
    )
    assert run(["plan", *options, "--set", "residency=int8", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["residency"]["name"] == INT8


def test_a_size_that_no_card_holds_is_refused_and_the_largest_published_one_is_not():
    with pytest.raises(InputError, match=r"SB304 size 8192x4608, 81 frames: .* Use a smaller size"):
        chosen(80 * GB, size=(8192, 4608))
    assert chosen(80 * GB, size=(1280, 720)).name == WHOLE


def test_a_machine_with_more_memory_than_any_card_is_believed():
    assert chosen(4000 * GB, size=(8192, 4608), hardware=Hardware("cpu", "float32")).name == WHOLE
