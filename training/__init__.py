"""How the embedded model `greybox` is made: boards, footage, codec, words, experts.

Not part of the wheel. `make greybox` runs the stages in order; each resumes where it stopped.
"""
