"""How published weights lie on disk: one file per format, and what a folder of them is.

    stored              a tensor as the header of its file announces it
    safetensors_file    pickle_file    gguf_file    the formats: headers, then tensors
    opening             which of them a file is, by its first bytes
    pages               memory that goes back when a tensor does
    scaled              fp8 and int8 with scales: a weight and its factor become one tensor
    kinds               whose tensors these are, by name and shape
    survey              every network found in a folder, whole or not
    naming              from names in files to names in networks
    folder              which networks of a folder make one checkpoint
    report              the same for people
    parts               the networks of a checkpoint: files, names, sizes
    pieces              a tokenizer from the bytes of a SentencePiece model

Headers are read with the standard library alone. Called by `files` and `weights`.
"""
