"""One size of the directory’s benchmark, part by part."""
