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
import shutil
import zipfile

import pytest
import torch

from model.exceptions import WeightsError
from model.weights.checkpoint import open_checkpoint
from model.weights.lora import LoraChoice
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
COMFY, ORIGINAL, FP8, GGUF, DIFFUSERS = "comfy", "original", "fp8", "gguf", "diffusers"
WRITERS = {
    COMFY: kit.write_comfy,
    ORIGINAL: kit.write_original,
    FP8: lambda folder: kit.write_fp8(folder, "old"),
    GGUF: lambda folder: kit.write_gguf(folder, "Q8_0"),
    DIFFUSERS: kit.write_diffusers,
}
NOT_COVERED = (
    r"not a whole safetensors file \([\d,]+ bytes; incomplete metadata, file not fully covered\)"
)
CASES = {
    # Cut short or garbled.
    "empty file": (
        COMFY, lambda f: (f / HIGH).write_bytes(b""), r"\(0 bytes; header too small\)"),
    "cut in its tensors": (COMFY, lambda f: cut(f / HIGH, 0.7), NOT_COVERED),
    "cut in its header": (
        COMFY, lambda f: (f / HIGH).write_bytes((f / HIGH).read_bytes()[:500]),
        r"not a whole safetensors file \(500 bytes; invalid header length\)"),
    "bytes too many": (
        COMFY, lambda f: (f / HIGH).write_bytes((f / HIGH).read_bytes() + b"more"),
        NOT_COVERED),
    "random bytes": (
        COMFY, lambda f: (f / HIGH).write_bytes(os.urandom(5000)),
        r"not a whole safetensors file \(5,000 bytes; header too large\)"),
    "a web page": (
        COMFY, lambda f: (f / HIGH).write_text("<!DOCTYPE html><html>sign in</html>"),
        "is a web page, must be the weights themselves"),
    "a Git LFS pointer": (
        COMFY, lambda f: (f / HIGH).write_text("version https://git-lfs.github.com/spec/v1\noid"),
        "is a Git LFS pointer"),
    "a header that is no JSON": (
        COMFY, lambda f: write_header(f / HIGH, b'{"a": ' + b"[" * 200, b""),
        "invalid JSON in header"),
    "a header that is a list": (
        COMFY, lambda f: write_header(f / HIGH, b"[1, 2]", b""),
        "invalid JSON in header: invalid type: sequence"),
    "overlapping tensors": (
        COMFY, lambda f: change_header(f / HIGH, overlap), "invalid offset for tensor"),
    "a negative shape": (
        COMFY, lambda f: change_header(f / HIGH, lambda h: h["head.head.bias"].update(shape=[-64])),
        "invalid JSON in header: invalid value: integer `-64`"),
    "a shape that does not fit its bytes": (
        COMFY, lambda f: change_header(
            f / HIGH, lambda h: h["head.head.bias"].update(shape=[2**40])),
        "invalid shape, data type, or offset for tensor"),
    "a type that is not known": (
        COMFY, lambda f: change_header(
            f / HIGH, lambda h: h["head.head.bias"].update(dtype="F4", shape=[256])),
        "tensor 'head.head.bias' is of type 'F4', must be one of BOOL, U8"),
    "a missing shard": (
        ORIGINAL, lambda f: next((f / "high_noise_model").glob("*00002-of*")).unlink(),
        "shard diffusion_pytorch_model-00002-of-00003.safetensors is not there"),
    "a missing tensor": (
        COMFY, without(f"{Q}.weight"), rf"1 of 42 tensors missing, first '{Q}.weight'"),
    "a missing block": (
        COMFY, lambda f: change_tensors(f / HIGH, lambda t: t.update(
            {"blocks.1.norm3.bias": torch.zeros(256)})),
        "26 of 69 tensors missing, first 'blocks.1.cross_attn.k.bias'"),
    "a text encoder without a layer": (
        COMFY, lambda f: change_tensors(
            f / TEXT, lambda t: t.pop("encoder.block.0.layer.0.layer_norm.weight")),
        "1 of 12 tensors missing"),
    # Torch files.
    "a torch file cut short": (ORIGINAL, lambda f: cut(f / PTH_VAE, 0.5), "not a whole torch file"),
    "a zip that is no torch file": (
        ORIGINAL, lambda f: zipfile.ZipFile(f / PTH_VAE, "w").writestr("a.txt", "hello"),
        "a zip archive without data.pkl"),
    "numbers cut short in a torch file": (
        ORIGINAL, lambda f: rezip(f / PTH_TEXT, cut_record(max)),
        r"holds no state dict that torch can read \(RuntimeError\)"),
    "numbers cut short that torch reads beyond": (
        ORIGINAL, lambda f: rezip(f / PTH_TEXT, cut_record(min)),
        r"its tensors are cut short, [\d,]+ bytes of [\d,]+\."),
    "a compressed torch file": (
        ORIGINAL, lambda f: rezip(f / PTH_VAE, lambda r: None, zipfile.ZIP_DEFLATED),
        "is compressed, must be stored"),
    "a list of tensors of 65 MB": (
        ORIGINAL, lambda f: rezip(f / PTH_VAE, pad_pickle), "its list of tensors has 65,0"),
    "a garbled pickle": (
        ORIGINAL, lambda f: rezip(f / PTH_VAE, garble_pickle), "holds no state dict"),
    "a torch file without tensors": (
        ORIGINAL, lambda f: torch.save({"epoch": 3}, f / PTH_VAE), "holds no tensors by name"),
    "a sparse tensor in a torch file": (
        ORIGINAL, lambda f: torch.save({"a": torch.eye(3).to_sparse()}, f / PTH_VAE),
        "tensor 'a' is torch.sparse_coo and torch.float32, must be dense and one of BOOL"),
    "complex numbers in a torch file": (
        ORIGINAL, lambda f: torch.save({"a": torch.ones(3) * 1j}, f / PTH_VAE),
        "tensor 'a' is torch.strided and torch.complex64, must be dense and one of BOOL"),
    "a bare pickle": (ORIGINAL, bare, "is a bare pickle, must be a zip archive"),
    "a pickle that runs a command": (ORIGINAL, poison, r"asks for '(posix|nt).system' to be run"),
    "a whole module, pickled": (
        ORIGINAL, lambda f: torch.save(torch.nn.Linear(2, 2), f / PTH_VAE),
        "asks for 'torch.nn.modules.linear.Linear' to be run"),
    # GGUF.
    "a GGUF file cut in its tensors": (GGUF, gguf_cut, "not a whole GGUF file"),
    "a GGUF file cut in its header": (GGUF, gguf_header_cut, "not a whole GGUF file"),
    "a GGUF file that claims 2^62 tensors": (GGUF, gguf_claims, "not a whole GGUF file"),
    # Eight bits.
    "a scale without its weight": (
        FP8, fp8(lambda t: t.pop(f"{Q}.weight")), "has no 'blocks.0.self_attn.q.weight' beside it"),
    "a weight without its scale": (
        FP8, fp8(lambda t: t.pop(f"{Q}.scale_weight")), "is F8_E4M3 and has no scale"),
    "a scale per block of numbers": (
        FP8, fp8(lambda t: t.update({f"{Q}.scale_weight": torch.ones(2, 2)})),
        "must be one number or one per row"),
    "a format that is not known": (
        FP8, fp8(quantised_as("nvfp4")), "names the format 'nvfp4', must be one of float8_e4m3fn"),
    # Swapped, doubled, missing, of another model.
    "high and low the same file": (
        COMFY, lambda f: shutil.copy(f / HIGH, f / LOW), "are the same file, must be two experts"),
    "low lying where high belongs": (
        ORIGINAL, lambda f: (
            shutil.rmtree(f / "high_noise_model"),
            kit.save(f / "high_noise_model" / "wan2.2_low_noise.safetensors", kit.tiny().low)),
        "its name and folder say both 'high' and 'low', must say one"),
    "low lying in the folder of high": (
        DIFFUSERS, lambda f: (
            (f / "transformer" / "diffusion_pytorch_model.safetensors").rename(
                f / "wan_low_noise.safetensors"),
            (f / "transformer" / "diffusion_pytorch_model.safetensors").symlink_to(
                f / "wan_low_noise.safetensors")),
        "is named as the low-noise expert and lies where the high-noise one belongs"),
    "names that do not tell experts apart": (
        COMFY, lambda f: [(f / p).rename(f / f"model_{i}.safetensors")
                          for i, p in enumerate((HIGH, LOW))],
        "2 experts whose names do not tell them apart"),
    "one expert without a name": (
        COMFY, lambda f: ((f / HIGH).rename(f / "m.safetensors"), (f / LOW).unlink()),
        "or all of Wan 2.1, which has one"),
    "only one expert": (COMFY, lambda f: (f / LOW).unlink(), "only the high-noise expert is there"),
    "two files for one expert": (
        COMFY, lambda f: shutil.copy(f / HIGH, f / "again_high_noise.safetensors"),
        "2 files for the high-noise expert"),
    "experts of two models": (
        COMFY, lambda f: kit.save(f / LOW, other_expert(in_channels=36)), "holds two models"),
    "experts of two sizes": (
        COMFY, lambda f: kit.save(f / LOW, other_expert(ffn_width=256)),
        "the experts differ in size"),
    "the autoencoder of the 5B": (
        COMFY, lambda f: kit.save(f / VAE, wan22_vae_tensors()),
        "is a Wan 2.2 autoencoder, must be a Wan 2.1 autoencoder for this model"),
    "no autoencoder": (COMFY, lambda f: (f / VAE).unlink(), "no Wan 2.1 autoencoder"),
    "no text encoder": (COMFY, lambda f: (f / TEXT).unlink(), "no UMT5 text encoder"),
    "no tokenizer": (
        ORIGINAL, lambda f: shutil.rmtree(f / "google"), "no tokenizer, must be google/umt5-xxl"),
    "speech to video": (
        COMFY, lambda f: [change_tensors(f / p, lambda t: t.update(
            {"casual_audio_encoder.weights": torch.zeros(1)})) for p in (HIGH, LOW)],
        "is Wan2.2-S2V-14B, speech to video"),
    "a camera adapter for one expert": (
        COMFY, lambda f: change_tensors(f / HIGH, lambda t: t.update(adapter())),
        "holds two models"),
}  # fmt: skip


def adapter():
    return {"control_adapter.conv.weight": torch.zeros(256, 24 * 64, 2, 2)}


def wan22_vae_tensors():
    from model.autoencoder.vae import wan22_vae

    return kit.filled(wan22_vae(kit.vae_sizes("2.2")), 8)


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
    with pytest.raises(WeightsError, match=message) as caught:
        open_checkpoint(folder)
    said = str(caught.value)
    assert said.startswith(str(tmp_path))
    assert "\n" not in said
    assert said.endswith((".", "?"))
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
