"""Training of the embedded model `greybox`: boards, footage, codec, words, experts.

Not part of the wheel. `make greybox` runs the stages in order; each resumes where it stopped.
"""
