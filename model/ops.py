"""Operations with the same bits on any number of CPU threads, so that clips are reproducible.

Fused activations treat the vector body and the tail of each thread's share differently; small
matrix products and convolutions of one picture change with their division among threads. Measured
on 1 to 8 threads. Other devices, training and bfloat16 (except GELU) use the plain operations: with
bfloat16, one autoencoder input of 125 changed with the threads. Autoencoders are loaded in float32.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

# Matrix products change bits with their division when they have fewer rows than 28, or when their
# columns do not fill vectors of 16; they are padded. 3,206 random larger shapes did not change.
MIN_ROWS = 32
COLUMNS = 16

# gelu(x) is about x · sigmoid(2 · sqrt(2 / pi) · (x + 0.044715 · x³)), the form with tanh.
_GELU_LINEAR = -2 * math.sqrt(2 / math.pi)
_GELU_CUBIC = _GELU_LINEAR * 0.044715


def _is_rendered_on_cpu(x: Tensor) -> bool:
    return x.device.type == "cpu" and not torch.is_grad_enabled()


def _is_plain(x: Tensor) -> bool:
    # With matrix units the long sums of bfloat16 are divided among threads in any case.
    return not _is_rendered_on_cpu(x) or x.dtype == torch.bfloat16


def silu(x: Tensor) -> Tensor:
    """Multiply by the sigmoid, for any shape."""
    if _is_plain(x):
        return F.silu(x)
    divisor = x.neg().exp_().add_(1)
    return torch.div(x, divisor, out=divisor)


def normed_silu(x: Tensor, gain: Tensor, eps: float, before: Tensor | None = None) -> Tensor:
    """RMS norm over the channels, then `silu`, after pictures that are already activated.

    Args:
        x: (N, H, W, C).
        gain: (C,).
        eps: Added to the mean square.
        before: (P, H, W, C) to be put in front of the result, or None.

    Returns:
        (P + N, H, W, C).
    """
    if _is_plain(x):
        out = F.silu(F.rms_norm(x, gain.shape, gain, eps))
        return out if before is None else torch.cat((before, out))
    num_before = 0 if before is None else before.shape[0]
    out, divisor = x.new_empty(num_before + x.shape[0], *x.shape[1:]), torch.empty_like(x[0])
    if before is not None:
        out[:num_before] = before
    # The plain operations read and write the clip eight times; one picture stays in the cache. With
    # -y instead of y throughout, y / (1 + exp(-y)) takes a pass less.
    minus_gain, minus_one = gain.neg(), x.new_tensor(-1)
    for picture, result in zip(x, out[num_before:], strict=True):
        length = torch.linalg.vector_norm(picture, dim=-1, keepdim=True)
        scale = length.square_().div_(x.shape[-1]).add_(eps).rsqrt_()
        torch.mul(picture, scale, out=result).mul_(minus_gain)
        torch.exp(result, out=divisor)
        result.div_(torch.sub(minus_one, divisor, out=divisor))
    return out


def gelu(x: Tensor) -> Tensor:
    """GELU in its tanh approximation, for any shape; also faster than the fused kernel."""
    if not _is_rendered_on_cpu(x):
        return F.gelu(x, approximate="tanh")
    square = x * x
    inner = torch.add(x.new_tensor(_GELU_LINEAR), square, alpha=_GELU_CUBIC, out=square)
    divisor = inner.mul_(x).exp_().add_(1)
    return torch.div(x, divisor, out=divisor)


def linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Multiply (..., C) by the transpose of (C_out, C) and add (C_out,)."""
    num_rows, num_columns = x.numel() // x.shape[-1], weight.shape[0]
    more_rows, more_columns = max(0, MIN_ROWS - num_rows), -num_columns % COLUMNS
    if _is_plain(x) or not (more_rows or more_columns):
        return F.linear(x, weight, bias)
    rows = F.pad(x.reshape(num_rows, x.shape[-1]), (0, 0, 0, more_rows))
    padded = None if bias is None else F.pad(bias, (0, more_columns))
    out = F.linear(rows, F.pad(weight, (0, 0, 0, more_columns)), padded)
    return out[:num_rows, :num_columns].reshape(*x.shape[:-1], num_columns)


class Linear(nn.Linear):
    """`nn.Linear` with the same bits on any number of threads."""

    def reset_parameters(self) -> None:
        """Draw fresh weights, except on `meta`, where there are none until they are loaded."""
        if not self.weight.is_meta:
            super().reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """Map (..., C) to (..., C_out)."""
        return linear(input, self.weight, self.bias)


def float32_linear(layer: nn.Module, x: Tensor) -> Tensor:
    """Apply an `nn.Linear` in float32, whatever its weights are stored in and under autocast."""
    assert isinstance(layer, nn.Linear)
    with torch.autocast(x.device.type, enabled=False):
        return linear(x.float(), layer.weight.float(), layer.bias.float())


def pointwise(x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve (N, C, H, W) with a kernel of (C_out, C, 1, 1), as a matrix product."""
    last = rearrange(x, "n c h w -> n h w c")
    out = linear(last, rearrange(kernel, "o c 1 1 -> o c"), bias)
    return rearrange(out, "n h w o -> n o h w")


def attention(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None) -> Tensor:
    """Softmax attention, (B, A, L, K) on (B, A, M, K), with (1, 1, 1, M) added to the scores."""
    if _is_plain(query) or query.shape[0] * query.shape[1] > 1:
        return F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    # One head of one picture may be a single block of work, which threads divide inside; of two
    # such blocks each stays on one thread.
    query, key, value = (torch.cat((x, x)) for x in (query, key, value))
    return F.scaled_dot_product_attention(query, key, value, attn_mask=bias)[:1]


def convolve(
    x: Tensor, kernel: Tensor, bias: Tensor | None, *, stride: int = 1, padding: int = 0
) -> Tensor:
    """Convolve (N, C, H, W), channels last, with a kernel of (C_out, C, h, w)."""
    kernel = kernel.contiguous(memory_format=torch.channels_last)
    if _is_plain(x) or x.shape[0] > 1:
        return F.conv2d(x, kernel, bias, stride=stride, padding=padding)
    # A single picture is computed as two, where possible as its upper and its lower half.
    if stride == 1 and padding == 1 and not x.shape[2] % 2:
        upper, lower = F.conv2d(_halves(x), kernel, bias, padding=(0, 1))
        return torch.cat((upper, lower), dim=1)[None].contiguous(memory_format=torch.channels_last)
    twice = torch.cat((x, x)).contiguous(memory_format=torch.channels_last)
    return F.conv2d(twice, kernel, bias, stride=stride, padding=padding)[:1]


def convolves_clips(x: Tensor) -> bool:
    """Whether `convolve_clip` is available and faster than one `convolve` for each time tap."""
    return not _is_plain(x) and torch.backends.mkldnn.is_available()


def convolve_clip(x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve the frames of one clip in time and space, without padding in time.

    Args:
        x: (T + t - 1, C, H, W), channels last.
        kernel: (C_out, C, t, h, w), h and w odd.
        bias: (C_out,) or None.

    Returns:
        (T, C_out, H, W), channels last.
    """
    # Safe as it is: none of 1,188 random shapes changed with the number of threads. Frames of one
    # clip with channels last have the memory layout of a volume with channels last.
    volume = rearrange(x, "t c h w -> 1 c t h w")
    kernel = kernel.contiguous(memory_format=torch.channels_last_3d)
    padding = (0, kernel.shape[3] // 2, kernel.shape[4] // 2)
    out = torch.mkldnn_convolution(volume, kernel, bias, padding, (1, 1, 1), (1, 1, 1), 1)
    return rearrange(out, "1 c t h w -> t c h w")


def _halves(x: Tensor) -> Tensor:
    """(1, C, H, W) to (2, C, H / 2 + 2, W): half the rows each, with the rows next to them."""
    rows = x.shape[2] // 2
    halves = x.new_zeros(2, x.shape[1], rows + 2, x.shape[3])
    halves = halves.contiguous(memory_format=torch.channels_last)
    halves[0, :, 1:] = x[0, :, : rows + 1]
    halves[1, :, :-1] = x[0, :, rows - 1 :]
    return halves
