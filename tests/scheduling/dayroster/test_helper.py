"""The second process: it tells better rosters, hears of them, and ends with the first."""

import os
import time

import numpy as np

from scheduling.core.dayroster.helper import Channel, Helper, News


def echo(channel, first):
    """Send back each roster with one more on each day, until one is negative."""
    channel.tell(News(roster=first + 1))
    while True:
        for news in channel.hear():
            channel.tell(News(roster=news.roster + 1, cover=np.array([float(os.getpid())])))
        time.sleep(0.01)


def heard(channel):
    for _ in range(6000):
        news = channel.hear()
        if news:
            return news[0]
        time.sleep(0.01)
    raise AssertionError("Nothing came within a minute.")


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_both_ends_tell_and_hear_and_the_second_process_ends_with_the_block():
    with Helper(echo, np.zeros((2, 3), dtype=np.int16)) as channel:
        assert heard(channel).roster.tolist() == [[1, 1, 1], [1, 1, 1]]
        channel.tell(News(roster=np.full((2, 3), 4, dtype=np.int16)))
        answer = heard(channel)
        pid = int(answer.cover[0])
        assert answer.roster.max() == 5
        assert pid != os.getpid()
        assert alive(pid)
    assert not alive(pid)


def leave(channel, first):
    del channel, first


def test_an_end_that_has_gone_is_noticed_rather_than_waited_for():
    with Helper(leave, np.zeros((1, 1), dtype=np.int16)) as channel:
        for _ in range(6000):
            channel.hear()
            if channel.is_closed:
                break
            time.sleep(0.01)
        assert channel.is_closed
        channel.tell(News())
        assert isinstance(channel, Channel)
