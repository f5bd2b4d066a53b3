"""An open novel: the screen that its places are on."""
