"""Footage of layouts: invented boards, their wording, films and latents."""
