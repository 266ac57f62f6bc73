"""The feed of changes under eight writers, beside two readers as one would write them."""

from __future__ import annotations

from tests.benchmarks import change_feed
from tests.benchmarks.adherence.frame import Options, Row


def run(options: Options) -> list[Row]:
    """A million commits, some of them held open, some rolled back; three readers follow."""
    commits = options.pick(smoke=2000, full=1_000_000)
    change_feed.index_times()
    result = change_feed.run(change_feed.Options(commits=commits))
    feed, *peers = sorted(result.readers, key=lambda row: row.reader != "feed")
    beside = "; ".join(f"{row.reader}: {row.lost:,} lost" for row in peers)
    return [
        Row(
            f"feed of changes: {result.commits:,} commits by 8 writers",
            f"{feed.lost} lost, {feed.doubled} doubled, {feed.out_of_order} out of order by key "
            f"({beside})",
            wanted="0 lost, 0 doubled",
            is_met=feed.lost == feed.doubled == feed.out_of_order == feed.never_committed == 0,
        )
    ]
