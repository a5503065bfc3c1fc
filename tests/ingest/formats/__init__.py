"""Each format and shape that collections come in, by small samples written by hand."""
