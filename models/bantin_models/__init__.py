"""The shipped weights of bantin (see MODEL_CARD.md); rebuilt by `bantin train`."""
