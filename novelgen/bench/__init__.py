"""How fast the product is here: decoding, memory and storage, measured in one run each."""
