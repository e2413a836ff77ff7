"""SiLU and GELU whose bits do not depend on how many threads share the work.

ATen's fused CPU kernels compute the vector body and the scalar tail of each thread's share with
different approximations, so a value changes with the place where the shares are cut. Written
with `exp` they do not, and GELU even gets faster. Training and other devices take the fused
kernels, which keep fewer intermediates.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

# gelu(x) ≈ x · sigmoid(2 · sqrt(2 / pi) · (x + 0.044715 · x³)), the form with tanh.
_GELU_LINEAR = -2 * math.sqrt(2 / math.pi)
_GELU_CUBIC = _GELU_LINEAR * 0.044715


def _takes_fused(x: Tensor) -> bool:
    return torch.is_grad_enabled() or x.device.type != "cpu"


def silu(x: Tensor) -> Tensor:
    """x · sigmoid(x), of any shape."""
    if _takes_fused(x):
        return F.silu(x)
    divisor = x.neg().exp_().add_(1)
    return torch.div(x, divisor, out=divisor)


def gelu(x: Tensor) -> Tensor:
    """GELU in its tanh approximation, of any shape."""
    if _takes_fused(x):
        return F.gelu(x, approximate="tanh")
    divisor = (x * x).mul_(_GELU_CUBIC).add_(_GELU_LINEAR).mul_(x).exp_().add_(1)
    return torch.div(x, divisor, out=divisor)
