"""Files that are corrupt, cut short, swapped, of another model or malicious.

Each is refused with a message of its own, before memory for a network is taken: torch may not
allocate more than a crumb on the way.
"""

from __future__ import annotations

import io
import json
import mmap
import os
import pickle
import random
import shutil
import zipfile

import pytest
import torch

from model.exceptions import WeightsError
from model.weights.lora import LoraChoice
from model.weights.open_checkpoint import open_checkpoint
from tests import checkpoint_kit as kit

HIGH = "diffusion_models/wan2.2_t2v_high_noise_14B_fp16.safetensors"
LOW = "diffusion_models/wan2.2_t2v_low_noise_14B_fp16.safetensors"
TEXT, VAE = "text_encoders/umt5_xxl_fp16.safetensors", "vae/wan_2.1_vae.safetensors"
PTH_VAE = "Wan2.1_VAE.pth"
PTH_TEXT = "models_t5_umt5-xxl-enc-bf16.pth"


class Runs:
    """Pickles to a call of `os.system`."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def cut(path, keep):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])


def header_of(path):
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def write_header(path, header, body):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)


def change_header(path, change):
    header, body = header_of(path)
    change(header)
    write_header(path, header, body)


def change_tensors(path, change):
    from safetensors.torch import load_file

    tensors = load_file(path)
    change(tensors)
    kit.save(path, tensors)


def overlap(header):
    first, second = [name for name in header if name != "__metadata__"][:2]
    header[second]["data_offsets"] = header[first]["data_offsets"]
    header[second]["shape"] = header[first]["shape"]
    header[second]["dtype"] = header[first]["dtype"]


def rezip(path, change, compression=zipfile.ZIP_STORED):
    """Write a torch file again with changed records."""
    with zipfile.ZipFile(path) as archive:
        records = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    change(records)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in records.items():
            archive.writestr(name, content)


def poison(folder):
    marker = folder / "it ran"
    torch.save({"a": Runs(f"touch '{marker}'")}, folder / PTH_VAE)


def cut_record(which):
    def change(records):
        name = which((n for n in records if "/data/" in n), key=lambda n: len(records[n]))
        records[name] = records[name][:100]

    return change


def pad_pickle(records):
    name = next(n for n in records if n.endswith("data.pkl"))
    records[name] = records[name] + bytes(65_000_000)


def garble_pickle(records):
    name = next(n for n in records if n.endswith("data.pkl"))
    records[name] = b"\x80\x02" + b"\xff" * 64


def bare(folder):
    (folder / PTH_VAE).write_bytes(pickle.dumps({"a": list(range(50))}, protocol=2))


def gguf_cut(folder):
    path = next(folder.glob("*HighNoise*.gguf"))
    cut(path, 0.5)


def gguf_header_cut(folder):
    path = next(folder.glob("*HighNoise*.gguf"))
    path.write_bytes(path.read_bytes()[:100])


def gguf_claims(folder):
    path = next(folder.glob("*HighNoise*.gguf"))
    content = bytearray(path.read_bytes())
    content[8:16] = (2**62).to_bytes(8, "little")
    path.write_bytes(content)


def without(name):
    return lambda folder: change_tensors(folder / HIGH, lambda tensors: tensors.pop(name))


def in_both(tensors):
    """Put tensors into both experts."""

    def damage(folder):
        for part in (HIGH, LOW):
            change_tensors(folder / part, lambda own: own.update(tensors))

    return damage


def prefix_all_but_one(tensors):
    for name in sorted(tensors)[1:]:
        tensors[f"model.diffusion_model.{name}"] = tensors.pop(name)


def keep_one_numbered_shard(folder):
    for index in folder.glob("high_noise_model/*.index.json"):
        index.unlink()
    for shard in folder.glob("high_noise_model/*-0000[13]-of-00003.safetensors"):
        shard.unlink()


def other_vae_channels(tensors):
    tensors["conv2.weight"] = torch.zeros(8, 8, 1, 1, 1)


def integers_without_scale(tensors):
    del tensors[f"{Q}.scale_weight"]
    tensors[f"{Q}.weight"] = torch.zeros(256, 256, dtype=torch.int8)


def other_expert(**sizes):
    from dataclasses import replace

    from model.transformer import Transformer

    return kit.filled(Transformer(replace(kit.backbone(), **sizes)), 9)


def fp8(change):
    def damage(folder):
        change_tensors(folder / "wan2.2_t2v_A14b_high_noise_fp8_old.safetensors", change)

    return damage


def quantised_as(form):
    return lambda tensors: tensors.update(
        {"blocks.0.ffn.0.comfy_quant": kit.embedded(json.dumps({"format": form}).encode())}
    )


Q = "blocks.0.self_attn.q"
ADAPTER = "control_adapter.conv.weight"
COMFY, ORIGINAL, FP8, GGUF, DIFFUSERS = "comfy", "original", "fp8", "gguf", "diffusers"
WRITERS = {
    COMFY: kit.write_comfy,
    ORIGINAL: kit.write_original,
    FP8: lambda folder: kit.write_fp8(folder, "old"),
    GGUF: lambda folder: kit.write_gguf(folder, "Q8_0"),
    DIFFUSERS: kit.write_diffusers,
}
CASES = {
    # Cut short or garbled.
    "empty file": (
        COMFY, lambda f: (f / HIGH).write_bytes(b""),
        "{high}: not a whole safetensors file (0 bytes; header too small). Fetch the file "
        "again."),
    "cut in its tensors": (COMFY, lambda f: cut(f / HIGH, 0.7),
        "{high}: not a whole safetensors file (… bytes; incomplete metadata, file not fully "
        "covered). Fetch the file again."),
    "cut in its header": (
        COMFY, lambda f: (f / HIGH).write_bytes((f / HIGH).read_bytes()[:500]),
        "{high}: not a whole safetensors file (500 bytes; invalid header length). Fetch the "
        "file again."),
    "bytes too many": (
        COMFY, lambda f: (f / HIGH).write_bytes((f / HIGH).read_bytes() + b"more"),
        "{high}: not a whole safetensors file (… bytes; incomplete metadata, file not fully "
        "covered). Fetch the file again."),
    "random bytes": (
        COMFY, lambda f: (f / HIGH).write_bytes(random.Random(1).randbytes(5000)),
        "{high}: not a whole safetensors file (5,000 bytes; header too large). Fetch the file "
        "again."),
    "a web page": (
        COMFY, lambda f: (f / HIGH).write_text("<!DOCTYPE html><html>sign in</html>"),
        "{high}: is a web page, must be the weights themselves. Fetch the file again, signed in "
        "if the repository asks for it."),
    "a Git LFS pointer": (
        COMFY, lambda f: (f / HIGH).write_text("version https://git-lfs.github.com/spec/v1\noid"),
        "{high}: is a Git LFS pointer, must be the weights themselves. Run `git lfs pull` in "
        "its repository."),
    "a header that is no JSON": (
        COMFY, lambda f: write_header(f / HIGH, b'{"a": ' + b"[" * 200, b""),
        "{high}: not a whole safetensors file (214 bytes; invalid JSON in header: …). Fetch the "
        "file again."),
    "a header that is a list": (
        COMFY, lambda f: write_header(f / HIGH, b"[1, 2]", b""),
        "{high}: not a whole safetensors file (14 bytes; invalid JSON in header: invalid type: "
        "sequence, …). Fetch the file again."),
    "overlapping tensors": (
        COMFY, lambda f: change_header(f / HIGH, overlap),
        "{high}: not a whole safetensors file (… bytes; invalid offset for tensor …). Fetch the "
        "file again."),
    "a negative shape": (
        COMFY, lambda f: change_header(f / HIGH, lambda h: h["head.head.bias"].update(shape=[-64])),
        "{high}: not a whole safetensors file (… bytes; invalid JSON in header: invalid value: "
        "integer `-64`, …). Fetch the file again."),
    "a shape that does not fit its bytes": (
        COMFY, lambda f: change_header(
            f / HIGH, lambda h: h["head.head.bias"].update(shape=[2**40])),
        "{high}: not a whole safetensors file (… bytes; invalid shape, data type, or offset for "
        "tensor). Fetch the file again."),
    "a type that is not known": (
        COMFY, lambda f: change_header(
            f / HIGH, lambda h: h["head.head.bias"].update(dtype="F4", shape=[256])),
        "{high}: tensor 'head.head.bias' is of type 'F4', must be one of {types}. Fetch another "
        "quantisation."),
    "a missing shard": (
        ORIGINAL, lambda f: next((f / "high_noise_model").glob("*00002-of*")).unlink(),
        "{folder}/high_noise_model: shard diffusion_pytorch_model-00002-of-00003.safetensors is "
        "not there. Fetch the folder again."),
    "a missing tensor": (
        COMFY, without(f"{Q}.weight"),
        "{high}: 1 of 42 tensors missing, first 'blocks.0.self_attn.q.weight'. Is it cut short? "
        "Fetch it again."),
    "a missing block": (
        COMFY, lambda f: change_tensors(f / HIGH, lambda t: t.update(
            {"blocks.1.norm3.bias": torch.zeros(256)})),
        "{high}: 26 of 69 tensors missing, first 'blocks.1.cross_attn.k.bias'. Is it cut short? "
        "Fetch it again."),
    "a text encoder without a layer": (
        COMFY, lambda f: change_tensors(
            f / TEXT, lambda t: t.pop("encoder.block.0.layer.0.layer_norm.weight")),
        "{text}: 1 of 12 tensors missing, first 'encoder.block.0.layer.0.layer_norm.weight'. Is "
        "it cut short? Fetch it again."),
    "an encoder tensor missing in the autoencoder": (
        COMFY, lambda f: change_tensors(f / VAE, lambda t: t.pop("encoder.conv1.weight")),
        "{vae}: tensor 'encoder.conv1.weight' is missing. Is it cut short? Fetch it again."),
    "a prefix before all names but one": (
        COMFY, lambda f: change_tensors(f / HIGH, prefix_all_but_one),
        "{high}: 'blocks.0.cross_attn.k.bias': does not begin with 'model.diffusion_model.' "
        "like the others."),
    "a missing shard without an index": (
        ORIGINAL, keep_one_numbered_shard,
        "{folder}/high_noise_model: shard number 1 of 3 is not there. Fetch the folder again."),
    # Torch files.
    "a torch file cut short": (ORIGINAL, lambda f: cut(f / PTH_VAE, 0.5),
        "{pth_vae}: not a whole torch file (… bytes; File is not a zip file). Fetch the file "
        "again."),
    "a zip that is no torch file": (
        ORIGINAL, lambda f: zipfile.ZipFile(f / PTH_VAE, "w").writestr("a.txt", "hello"),
        "{pth_vae}: a zip archive without data.pkl, must be a torch file. Fetch it again."),
    "numbers cut short in a torch file": (
        ORIGINAL, lambda f: rezip(f / PTH_TEXT, cut_record(max)),
        "{pth_text}: holds no state dict that torch can read (RuntimeError). Fetch the file "
        "again."),
    "numbers cut short that torch reads beyond": (
        ORIGINAL, lambda f: rezip(f / PTH_TEXT, cut_record(min)),
        "{pth_text}: its tensors are cut short, … bytes of …. Fetch the file again."),
    "a compressed torch file": (
        ORIGINAL, lambda f: rezip(f / PTH_VAE, lambda r: None, zipfile.ZIP_DEFLATED),
        "{pth_vae}: record 'Wan2.1_VAE/data.pkl' is compressed, must be stored as torch writes "
        "it. Fetch the file from its publisher."),
    "a list of tensors of 65 MB": (
        ORIGINAL, lambda f: rezip(f / PTH_VAE, pad_pickle),
        "{pth_vae}: its list of tensors has 65,0… bytes, must be at most 64,000,000. Fetch the "
        "file from its publisher."),
    "a garbled pickle": (
        ORIGINAL, lambda f: rezip(f / PTH_VAE, garble_pickle),
        "{pth_vae}: holds no state dict that torch can read (UnpicklingError). Fetch the file "
        "again."),
    "a torch file without tensors": (
        ORIGINAL, lambda f: torch.save({"epoch": 3}, f / PTH_VAE),
        "{pth_vae}: holds no tensors by name. Fetch the file again."),
    "a sparse tensor in a torch file": (
        ORIGINAL, lambda f: torch.save({"a": torch.eye(3).to_sparse()}, f / PTH_VAE),
        "{pth_vae}: tensor 'a' is torch.sparse_coo and torch.float32, must be dense and one of "
        "{types}. Fetch another quantisation."),
    "complex numbers in a torch file": (
        ORIGINAL, lambda f: torch.save({"a": torch.ones(3) * 1j}, f / PTH_VAE),
        "{pth_vae}: tensor 'a' is torch.strided and torch.complex64, must be dense and one of "
        "{types}. Fetch another quantisation."),
    "a bare pickle": (ORIGINAL, bare,
        "{pth_vae}: is a bare pickle, must be a zip archive as torch writes since 1.6. Fetch "
        "the file as safetensors."),
    "a pickle that runs a command": (ORIGINAL, poison,
        "{pth_vae}: asks for '….system' to be run, must hold tensors and nothing else. Do not "
        "open it; fetch the file from its publisher."),
    "a whole module, pickled": (
        ORIGINAL, lambda f: torch.save(torch.nn.Linear(2, 2), f / PTH_VAE),
        "{pth_vae}: asks for 'torch.nn.modules.linear.Linear' to be run, must hold tensors and "
        "nothing else. Do not open it; fetch the file from its publisher."),
    # GGUF.
    "a GGUF file cut in its tensors": (GGUF, gguf_cut,
        "{gguf}: not a whole GGUF file (… bytes; …). Fetch the file again."),
    "a GGUF file cut in its header": (GGUF, gguf_header_cut,
        "{gguf}: not a whole GGUF file (100 bytes; …). Fetch the file again."),
    "a GGUF file that claims 2^62 tensors": (GGUF, gguf_claims,
        "{gguf}: not a whole GGUF file (… bytes; …). Fetch the file again."),
    # Eight bits.
    "a scale without its weight": (
        FP8, fp8(lambda t: t.pop(f"{Q}.weight")),
        "{fp8}: scale 'blocks.0.self_attn.q.scale_weight' has no 'blocks.0.self_attn.q.weight' "
        "beside it. Fetch the file again."),
    "a weight without its scale": (
        FP8, fp8(lambda t: t.pop(f"{Q}.scale_weight")),
        "{fp8}: weight 'blocks.0.self_attn.q.weight' is F8_E4M3 and has no scale. Fetch the "
        "file again."),
    "a scale per block of numbers": (
        FP8, fp8(lambda t: t.update({f"{Q}.scale_weight": torch.ones(2, 2)})),
        "{fp8}: scale 'blocks.0.self_attn.q.scale_weight' is (2, 2), must be one number or one "
        "per row (256). Fetch another quantisation."),
    "a format that is not known": (
        FP8, fp8(quantised_as("nvfp4")),
        "{fp8}: 'blocks.0.ffn.0.comfy_quant' names the format 'nvfp4', must be one of "
        "float8_e4m3fn, float8_e5m2. Fetch another quantisation."),
    "integers without a scale": (
        FP8, fp8(integers_without_scale),
        "{fp8}: weight 'blocks.0.self_attn.q.weight' is I8 and has no scale. Fetch the file "
        "again."),
    "a scale beside half precision": (
        FP8, fp8(lambda t: t.update({f"{Q}.weight": torch.zeros(256, 256).half()})),
        "{fp8}: weight 'blocks.0.self_attn.q.weight' is F16 with a scale, must be one of "
        "F8_E4M3, F8_E5M2, I8. Fetch another quantisation."),
    # Swapped, doubled, missing, of another model.
    "high and low the same file": (
        COMFY, lambda f: shutil.copy(f / HIGH, f / LOW),
        "{folder}: {high} and {low} are the same file, must be two experts. Fetch both again."),
    "low lying where high belongs": (
        ORIGINAL, lambda f: (
            shutil.rmtree(f / "high_noise_model"),
            kit.save(f / "high_noise_model" / "wan2.2_low_noise.safetensors", kit.tiny().low)),
        "{folder}/high_noise_model/wan2.2_low_noise.safetensors: its name and folder say both "
        "'high' and 'low', must say one. Put it where it belongs."),
    "low lying in the folder of high": (
        DIFFUSERS, lambda f: (
            (f / "transformer" / "diffusion_pytorch_model.safetensors").rename(
                f / "wan_low_noise.safetensors"),
            (f / "transformer" / "diffusion_pytorch_model.safetensors").symlink_to(
                f / "wan_low_noise.safetensors")),
        "{folder}/transformer/diffusion_pytorch_model.safetensors: is named as the low-noise "
        "expert and lies where the high-noise one belongs. Exchange the two folders."),
    "names that do not tell experts apart": (
        COMFY, lambda f: [(f / p).rename(f / f"model_{i}.safetensors")
                          for i, p in enumerate((HIGH, LOW))],
        "{folder}: 2 experts whose names do not tell them apart ({folder}/model_0.safetensors, "
        "{folder}/model_1.safetensors), must have high_noise and low_noise in their names; "
        "their tensors look alike. Rename them as they were published."),
    "one expert without a name": (
        COMFY, lambda f: ((f / HIGH).rename(f / "m.safetensors"), (f / LOW).unlink()),
        "{folder}/m.safetensors: one Wan 2.2 A14B text-to-video expert, or all of Wan 2.1, "
        "which has one; must be two experts with high_noise and low_noise in their names. Put "
        "both there."),
    "only one expert": (COMFY, lambda f: (f / LOW).unlink(),
        "{folder}: only the high-noise expert is there ({high}), must be both. Put the "
        "low-noise expert beside it, with low_noise in its name."),
    "two files for one expert": (
        COMFY, lambda f: shutil.copy(f / HIGH, f / "again_high_noise.safetensors"),
        "{folder}: 2 files for the high-noise expert ({folder}/again_high_noise.safetensors, "
        "{high}), must be one. Move the others elsewhere."),
    "experts of two models": (
        COMFY, lambda f: kit.save(f / LOW, other_expert(in_channels=36)),
        "{folder}: holds two models, Wan 2.2 A14B image-to-video expert and Wan 2.2 A14B "
        "text-to-video expert, must hold one. Put each in a folder of its own."),
    "experts of two sizes": (
        COMFY, lambda f: kit.save(f / LOW, other_expert(ffn_width=256)),
        "{folder}: the experts differ in size ((Backbone(width=256, heads=2, layers=1, "
        "ffn_width=512, in_channels=16, out_channels=16, text_width=256, frequency_width=256), "
        "(1, 2, 2)) and (Backbone(width=256, heads=2, layers=1, ffn_width=256, in_channels=16, "
        "out_channels=16, text_width=256, frequency_width=256), (1, 2, 2))), must be alike. Do "
        "both belong together?"),
    "the autoencoder of the 5B": (
        COMFY, lambda f: kit.save(f / VAE, wan22_vae_tensors()),
        "{vae}: is a Wan 2.2 autoencoder, must be a Wan 2.1 autoencoder for this model. Put the "
        "right one there."),
    "no autoencoder": (COMFY, lambda f: (f / VAE).unlink(),
        "{folder}: no Wan 2.1 autoencoder. Put its file into the folder."),
    "no text encoder": (COMFY, lambda f: (f / TEXT).unlink(),
        "{folder}: no UMT5 text encoder. Put its file into the folder."),
    "no tokenizer": (
        ORIGINAL, lambda f: shutil.rmtree(f / "google"),
        "{folder}: no tokenizer, must be google/umt5-xxl/tokenizer.json or spiece.model, or "
        "inside the text encoder. Put it there."),
    "speech to video": (
        COMFY, in_both({"casual_audio_encoder.weights": torch.zeros(1)}),
        "{high}: is Wan2.2-S2V-14B, speech to video, must be a Wan 2.2 text-to-video, "
        "image-to-video, TI2V-5B or Fun-Camera model. It is recognised but cannot be rendered."),
    "a camera adapter for one expert": (
        COMFY, lambda f: change_tensors(f / HIGH, lambda t: t.update(adapter())),
        "{folder}: holds two models, Wan 2.2 A14B text-to-video expert and Wan 2.2 A14B "
        "text-to-video expert, with a camera adapter, must hold one. Put each in a folder of "
        "its own."),
    "a camera adapter of its own for one expert": (
        COMFY, lambda f: kit.save(f / "high_noise_adapter.safetensors", adapter()),
        "{folder}: 1 camera adapter(s) for 2 expert(s), must be one each, named like its expert. "
        "Put each beside its expert."),
    "a camera adapter that takes no square of pixels": (
        COMFY, in_both({ADAPTER: torch.zeros(256, 24 * 5, 2, 2)}),
        "{high}: tensor 'control_adapter.conv.weight' takes 120 channels, must be 24 times a "
        "square. Fetch the file again."),
    "patches of another size": (
        COMFY, in_both({
            "patch_embedding.weight": torch.zeros(256, 16, 1, 4, 4),
            "head.head.weight": torch.zeros(256, 256)}),
        "{high}: its patches are (1, 4, 4), must be (1, 2, 2) or (1, 1, 1). It belongs to another "
        "model."),
    "heads that do not divide the width": (
        ORIGINAL, lambda f: (f / "high_noise_model/config.json").write_text('{"num_heads": 3}'),
        "{folder}/high_noise_model/diffusion_pytorch_model-00001-of-00003.safetensors: width 256 "
        "and 3 heads, must divide evenly. Put its config.json beside it."),
    "latent channels of another autoencoder": (
        COMFY, lambda f: change_tensors(f / VAE, other_vae_channels),
        "{vae}: 8 latent channels, must be 16. Is this the autoencoder of another model?"),
}  # fmt: skip


def adapter():
    return {ADAPTER: torch.zeros(256, 24 * 64, 2, 2)}


def wan22_vae_tensors():
    from model.autoencoder.vae import wan22_vae

    return kit.filled(wan22_vae(kit.vae_sizes("2.2")), 8)


def paths_of(folder):
    """Values of the placeholders in the messages."""
    places = {
        "high": HIGH, "low": LOW, "text": TEXT, "vae": VAE, "pth_vae": PTH_VAE,
        "pth_text": PTH_TEXT, "gguf": "Wan2.2-T2V-A14B-HighNoise-Q8_0.gguf",
        "fp8": "wan2.2_t2v_A14b_high_noise_fp8_old.safetensors",
    }  # fmt: skip
    types = (
        "BOOL, U8, I8, F8_E4M3, F8_E5M2, F8_E8M0, U16, I16, F16, BF16, U32, I32, F32, U64, I64, F64"
    )
    paths = {name: folder / place for name, place in places.items()}
    return {"folder": folder, "types": types, **paths}


def test_there_are_as_many_cases_as_promised():
    assert len(CASES) >= 25


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    root = tmp_path_factory.mktemp("whole")
    return {name: write(root / name) for name, write in WRITERS.items()}


@pytest.mark.parametrize("case", CASES)
def test_damage_is_refused_before_memory_is_taken(whole, tmp_path, case, monkeypatch):
    layout, damage, message = CASES[case]
    folder = tmp_path / "weights"
    shutil.copytree(whole[layout], folder)
    damage(folder)
    taken = []
    own, plain = mmap.mmap, torch.empty

    def empty(*sizes, **options):
        tensor = plain(*sizes, **options)
        # torch.load makes a tensor of no numbers for each of the file.
        taken.extend([sizes] * (tensor.numel() > 0))
        return tensor

    monkeypatch.setattr(torch, "empty", empty)
    # A file that is mapped takes no memory; one without a file does.
    monkeypatch.setattr(
        mmap, "mmap", lambda f, *a, **k: taken.extend([a] * (f == -1)) or own(f, *a, **k)
    )
    with pytest.raises(
        WeightsError, match=kit.whole_message(message, **paths_of(folder))
    ) as caught:
        open_checkpoint(folder)
    text = str(caught.value)
    assert text.startswith(str(tmp_path))
    assert "\n" not in text
    assert text.endswith((".", "?"))
    assert taken == []
    assert not (folder / "it ran").exists()


def test_a_whole_checkpoint_of_every_layout_is_not_refused(whole):
    assert all(open_checkpoint(folder).preset for folder in whole.values())


def test_a_state_dict_with_its_metadata_and_parameters_is_no_danger(tmp_path):
    """What `torch.save(module.state_dict())` writes has an attribute and may hold parameters."""
    from model.weights.tensor_files import read_header

    saved = torch.nn.Linear(2, 3).state_dict(keep_vars=True)
    torch.save(saved, tmp_path / "a.pth")
    found = {stored.name: stored.shape for stored in read_header(tmp_path / "a.pth")}
    assert found == {"weight": (3, 2), "bias": (3,)}


def test_a_malicious_lora_is_not_run_either(whole, tmp_path):
    torch.save({"a": Runs(f"touch '{tmp_path / 'it ran'}'")}, tmp_path / "lora.ckpt")
    checkpoint = open_checkpoint(whole[COMFY])
    with pytest.raises(WeightsError, match="to be run, must hold tensors and nothing else"):
        checkpoint.with_loras([LoraChoice(tmp_path / "lora.ckpt", (1.0, 1.0))])
    assert not (tmp_path / "it ran").exists()


def test_the_poison_of_these_tests_works(tmp_path):
    """So that the marker's absence means something."""
    written = io.BytesIO(pickle.dumps(Runs(f"touch '{tmp_path / 'it ran'}'")))
    pickle.load(written)
    assert (tmp_path / "it ran").exists()
