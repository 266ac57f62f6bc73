"""Sources' own messages to events, one file per source. Pure: bytes in, `SourceEvent`s out."""
