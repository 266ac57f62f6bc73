"""Reading other systems' files: encodings, dates, numbers and rows, without I/O."""
