"""Published weights: file formats, recognition of folders, loading of networks.

    tensor_files    headers and tensors of safetensors, torch and GGUF files
    scaled          pairs of eight-bit weights and scales in files
    eight_bit       linear layers with eight-bit weights
    rename          names of tensors and files in the published layouts
    build           configs and loading of a network
    stream          blocks that stay in the files
    lora            LoRAs, merged when an expert is loaded
    survey          all networks in a folder, recognised by tensor names and shapes
    select          the networks of a folder that form a checkpoint
    parts           sizes of networks without a config
    report          the content of a folder, for users
    text_encoder    the text encoder and its tokenizer
    checkpoint      a checkpoint and its networks
    open_checkpoint recognition of a folder

Functions that read files raise `WeightsError` with the path, the defect and the remedy.
"""
