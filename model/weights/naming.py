"""How the names in a file become those of the network, and which names a network must have."""

from __future__ import annotations

from collections.abc import Callable

from model.exceptions import WeightsError
from model.weights import rename
from model.weights.kinds import DIFFUSERS, GGUF, ORIGINAL, Kind
from model.weights.scaled import with_scales
from model.weights.survey import Network


def naming(kind: Kind) -> Callable[[str], str]:
    """How the names of a file become those of the network."""
    rules: dict[tuple[str, str], Callable[[str], str]] = {
        ("expert", DIFFUSERS): rename.TRANSFORMER.to_original,
        ("text", ORIGINAL): rename.TEXT.to_diffusers,
        ("text", GGUF): rename.TEXT_GGUF.to_diffusers,
    }
    if kind.role == "vae" and kind.naming == DIFFUSERS:
        vae = rename.VAE_WAN22 if kind.vae_class == "wan2.2" else rename.VAE_WAN21
        return _after(kind.prefix, vae.to_original)
    return _after(kind.prefix, rules.get((kind.role, kind.naming), str))


def _after(prefix: str, translate: Callable[[str], str]) -> Callable[[str], str]:
    def named(name: str) -> str:
        if not name.startswith(prefix):
            raise WeightsError(f"{name!r}: does not begin with {prefix!r} like the others.")
        return translate(name.removeprefix(prefix))

    return named


def require_whole(network: Network) -> None:
    """Check by name that nothing of an expert or a text encoder is missing.

    Raises:
        WeightsError: Something is.
    """
    named = naming(network.kind)
    there = set()
    for stored in with_scales(network.tensors):
        try:
            there.add(named(stored.name))
        except WeightsError as error:
            raise WeightsError(f"{stored.file}: {error}") from None
    wanted = _wanted(network.kind.role, there)
    missing = sorted(wanted - there)
    if missing:
        raise WeightsError(
            f"{network.place}: {len(missing):,} of {len(wanted):,} tensors missing, first "
            f"{missing[0]!r}. Is it cut short? Fetch it again."
        )


def _wanted(role: str, there: set[str]) -> set[str]:
    """Names of a network with as many blocks as are begun."""
    if role == "expert":
        templates = [ours for ours, _ in rename.TRANSFORMER.pairs if "control_" not in ours]
        block = "blocks."
    else:
        templates = [theirs for _, theirs in rename.TEXT.pairs]
        block = "encoder.block."
        if "encoder.embed_tokens.weight" in there:
            templates.remove("shared.weight")
    begun = {name.removeprefix(block).split(".")[0] for name in there if name.startswith(block)}
    layers = max((int(number) for number in begun if number.isdigit()), default=0) + 1
    return {
        name.replace("#", str(layer)) for name in templates for layer in range(min(layers, 1000))
    }
