"""Operations whose bits do not depend on how many threads share the work.

A clip must be the same on two cores and on eight. The CPU kernels of PyTorch do not all give
that: fused activations treat the vector body and the tail of each thread's share differently,
matrix products change with the cut when they are small, and so do convolutions of a single
picture. Some CPUs also cut long sums, from some 400 numbers on, among threads; MKL is told not to
in `__init__`. What is here goes around the rest; measured on 1 to 8 threads, see the tests. Other
devices and training take the plain operations, and so does bfloat16, which no board is rendered in
on a CPU: with matrix units its long sums are cut among threads whatever one says. Called by the
layers of both network families.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

# Matrix products change bits with the cut when they have fewer rows than 28, or when their columns
# do not fill vectors of 16; they are padded. 3,206 random larger shapes did not change.
MIN_ROWS = 32
COLUMNS = 16

# gelu(x) is about x · sigmoid(2 · sqrt(2 / pi) · (x + 0.044715 · x³)), the form with tanh.
_GELU_LINEAR = -2 * math.sqrt(2 / math.pi)
_GELU_CUBIC = _GELU_LINEAR * 0.044715


def _no_promise(x: Tensor) -> bool:
    return torch.is_grad_enabled() or x.device.type != "cpu"


def _plain_will_do(x: Tensor) -> bool:
    # In bfloat16 nothing but GELU can be made steadier than it is.
    return _no_promise(x) or x.dtype == torch.bfloat16


def silu(x: Tensor) -> Tensor:
    """Multiply by the sigmoid, for any shape."""
    if _plain_will_do(x):
        return F.silu(x)
    divisor = x.neg().exp_().add_(1)
    return torch.div(x, divisor, out=divisor)


def normed_silu(x: Tensor, gain: Tensor, eps: float, before: Tensor | None = None) -> Tensor:
    """RMS norm over the channels, then `silu`, behind pictures that went through it earlier.

    The plain operations read and write the whole clip eight times; a picture at a time stays in
    the cache meanwhile.

    Args:
        x: (N, H, W, C).
        gain: (C,).
        eps: Added to the mean square.
        before: (P, H, W, C) to be put in front of the result, or None.

    Returns:
        (P + N, H, W, C).
    """
    if _plain_will_do(x):
        out = F.silu(F.rms_norm(x, gain.shape, gain, eps))
        return out if before is None else torch.cat((before, out))
    num_before = 0 if before is None else before.shape[0]
    out, divisor = x.new_empty(num_before + x.shape[0], *x.shape[1:]), torch.empty_like(x[0])
    if before is not None:
        out[:num_before] = before
    # With -y for y all along, y / (1 + exp(-y)) takes a pass less.
    minus_gain, minus_one = gain.neg(), x.new_tensor(-1)
    for picture, made in zip(x, out[num_before:], strict=True):
        length = torch.linalg.vector_norm(picture, dim=-1, keepdim=True)
        scale = length.square_().div_(x.shape[-1]).add_(eps).rsqrt_()
        torch.mul(picture, scale, out=made).mul_(minus_gain)
        torch.exp(made, out=divisor)
        made.div_(torch.sub(minus_one, divisor, out=divisor))
    return out


def gelu(x: Tensor) -> Tensor:
    """GELU in its tanh approximation, for any shape; faster than the fused kernel, too."""
    if _no_promise(x):
        return F.gelu(x, approximate="tanh")
    square = x * x
    inner = torch.add(x.new_tensor(_GELU_LINEAR), square, alpha=_GELU_CUBIC, out=square)
    divisor = inner.mul_(x).exp_().add_(1)
    return torch.div(x, divisor, out=divisor)


def linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Multiply (..., C) by the transpose of (C_out, C) and add (C_out,)."""
    num_rows, num_columns = x.numel() // x.shape[-1], weight.shape[0]
    more_rows, more_columns = max(0, MIN_ROWS - num_rows), -num_columns % COLUMNS
    if _plain_will_do(x) or not (more_rows or more_columns):
        return F.linear(x, weight, bias)
    rows = F.pad(x.reshape(num_rows, x.shape[-1]), (0, 0, 0, more_rows))
    padded = None if bias is None else F.pad(bias, (0, more_columns))
    out = F.linear(rows, F.pad(weight, (0, 0, 0, more_columns)), padded)
    return out[:num_rows, :num_columns].reshape(*x.shape[:-1], num_columns)


class Linear(nn.Linear):
    """`nn.Linear` with steady bits."""

    def reset_parameters(self) -> None:
        """Draw fresh weights; on `meta`, where they wait to be loaded, there is nothing to draw."""
        if not self.weight.is_meta:
            super().reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """Map (..., C) to (..., C_out)."""
        return linear(input, self.weight, self.bias)


def pointwise(x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve (N, C, H, W) with a kernel of (C_out, C, 1, 1), as a matrix product."""
    last = rearrange(x, "n c h w -> n h w c")
    out = linear(last, rearrange(kernel, "o c 1 1 -> o c"), bias)
    return rearrange(out, "n h w o -> n o h w")


def attention(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None) -> Tensor:
    """Softmax attention, (B, A, L, K) on (B, A, M, K), with (1, 1, 1, M) added to the scores.

    With a single head of a single picture there may be only one block of work, which threads
    would then cut inside; two of them are dealt out whole.
    """
    if _plain_will_do(query) or query.shape[0] * query.shape[1] > 1:
        return F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    query, key, value = (torch.cat((x, x)) for x in (query, key, value))
    return F.scaled_dot_product_attention(query, key, value, attn_mask=bias)[:1]


def convolve(
    x: Tensor, kernel: Tensor, bias: Tensor | None, *, stride: int = 1, padding: int = 0
) -> Tensor:
    """Convolve (N, C, H, W), channels last, with a kernel of (C_out, C, h, w).

    A picture that is alone goes in as two: its upper and its lower half, where that is possible.
    """
    kernel = kernel.contiguous(memory_format=torch.channels_last)
    if _plain_will_do(x) or x.shape[0] > 1:
        return F.conv2d(x, kernel, bias, stride=stride, padding=padding)
    if stride == 1 and padding == 1 and not x.shape[2] % 2:
        upper, lower = F.conv2d(_halves(x), kernel, bias, padding=(0, 1))
        return torch.cat((upper, lower), dim=1)[None].contiguous(memory_format=torch.channels_last)
    twice = torch.cat((x, x)).contiguous(memory_format=torch.channels_last)
    return F.conv2d(twice, kernel, bias, stride=stride, padding=padding)[:1]


def convolves_clips(x: Tensor) -> bool:
    """Whether `convolve_clip` does better than one `convolve` for each time tap."""
    return not _plain_will_do(x) and torch.backends.mkldnn.is_available()


def convolve_clip(x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve the frames of one clip in time and space, with no frames around it.

    Args:
        x: (T + t - 1, C, H, W), channels last.
        kernel: (C_out, C, t, h, w), h and w odd.
        bias: (C_out,) or None.

    Returns:
        (T, C_out, H, W), channels last. Nobody cuts this one: none of 1,188 random shapes changed.
    """
    # The frames of a single clip with channels last are a volume with channels last, as they lie.
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
