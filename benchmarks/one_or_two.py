"""Two experts or one network, of the same size, taught by the same number of examples.

Usage: python -m benchmarks.one_or_two --steps 2400, in a training folder with latents and contexts

Small networks learn from nothing: one on all noise for all the steps, two on their own ranges for
half of the steps each, so that what runs at any step of sampling has the same parameters and
both ways have seen the same number of clips. Then the error of the velocity on held-out clips, over
what saying nothing costs, by range of noise. Prints a table and, last, a line of JSON.
"""

from __future__ import annotations

import json
from dataclasses import replace
from time import perf_counter

import click
import numpy as np
import torch

from model.transformer import Transformer
from training.basis import Basis
from training.experts import ADAM_ONLY, HELD_OUT_JUDGED, flow_loss, form_first, held_out_loss
from training.footage import training_folder
from training.latents import LENGTHS, SCALES
from training.lessons import NOISE_RANGES, Clips, noise_levels
from training.optimizer import MovingAverage, Optimizers, warm_cosine
from training.sizes import EXPERT, new_expert

SMALL = replace(EXPERT, width=128, heads=2, layers=4, ffn_width=384)
_LEARNING_RATE = 2e-3


def taught(clips: Clips, stage: str, steps: int, batch_size: int, seed: int) -> Transformer:
    """A network after this many batches of small clips of 17 frames, averaged."""
    network = new_expert(seed, SMALL)
    optimizers = Optimizers(network, lr=_LEARNING_RATE, adam_only=ADAM_ONLY)
    average = MovingAverage(network, 0.99)
    emphasis, random = form_first(Basis.load()), np.random.default_rng(seed)
    for step in range(steps):
        batch = clips.sample(random, batch_size, LENGTHS[0], max(SCALES))
        noise = noise_levels(random, batch_size, *NOISE_RANGES[stage])
        flow_loss(network, batch, noise, True, emphasis).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizers.step(warm_cosine(step, warmup=steps // 20, total=steps))
        average.update(network, step)
    average.copy_to(network)
    return network.eval()


@click.command()
@click.option("--steps", default=2400, show_default=True, help="Batches that each way may see.")
@click.option("--batch-size", default=16, show_default=True)
@click.option("--seeds", default=2, show_default=True, help="Repetitions.")
def main(steps: int, batch_size: int, seeds: int) -> None:
    """Teach both ways, and compare them."""
    torch.set_num_threads(1)
    started = perf_counter()
    clips = Clips(training_folder())
    rows: dict[str, dict[str, list[float]]] = {"one": {}, "two": {}}
    silent = new_expert(0, SMALL)
    nothing = {
        stage: held_out_loss(silent, clips, *NOISE_RANGES[stage]) for stage in ("high", "low")
    }
    for seed in range(seeds):
        networks = {
            "one": dict.fromkeys(("high", "low"), taught(clips, "shared", steps, batch_size, seed)),
            "two": {
                stage: taught(clips, stage, steps // 2, batch_size, seed)
                for stage in ("high", "low")
            },
        }
        for way, by_range in networks.items():
            for stage, network in by_range.items():
                share = held_out_loss(network, clips, *NOISE_RANGES[stage]) / nothing[stage]
                rows[way].setdefault(stage, []).append(round(share, 4))
                click.echo(f"seed {seed}, {way}, {stage}: {share:.4f}", err=True)
    click.echo(f"{'':6s}{'high noise':>12s}{'low noise':>12s}")
    for way, by_range in rows.items():
        means = [float(np.mean(by_range[stage])) for stage in ("high", "low")]
        click.echo(f"{way:6s}" + "".join(f"{mean:12.4f}" for mean in means))
    report = {
        "errors": rows,
        "steps": steps,
        "clips seen": steps * batch_size,
        "parameters": sum(p.numel() for p in silent.parameters()),
        "judged on": HELD_OUT_JUDGED,
        "seconds": round(perf_counter() - started, 1),
    }
    click.echo(json.dumps(report))


if __name__ == "__main__":
    main()
