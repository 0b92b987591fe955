"""One size of the directory’s benchmark."""
