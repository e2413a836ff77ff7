"""Published weights: file formats, recognition of folders, loading of networks.

    tensor_files    headers and tensors of safetensors, torch and GGUF files
    scaled          pairs of eight-bit weights and scales in files
    eight_bit       linear layers with eight-bit weights
    kinds           recognition of a network by tensor names and shapes
    survey          all networks in a folder
    rename          tensor names of the published layouts
    select          the networks of a folder that form a checkpoint
    report          the content of a folder, for users
    build           loading of a network
    stream          blocks that stay in the files
    lora            LoRAs, merged when an expert is loaded
    parts           files, sizes and preset of the networks of a checkpoint
    text_encoder    the text encoder and its tokenizer
    checkpoint      a recognised folder and its networks

Functions that read files raise `WeightsError` with the path, the defect and the remedy.
"""
