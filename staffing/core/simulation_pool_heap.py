"""Heaps of numbered things in arrays, least key on top, from which any thing can be taken out.

`heap` holds the numbers, `keys` and `places` are by number; who holds the heap counts its size.
"""

from staffing.core.kernels import FloatArray, IntArray
from wfm.compiled import compiled


@compiled
def push(number: int, size: int, heap: IntArray, keys: FloatArray, places: IntArray) -> None:
    """Put a number into a heap of `size`, which is one larger then."""
    heap[size] = number
    rise(size, heap, keys, places)


@compiled
def remove(place: int, size: int, heap: IntArray, keys: FloatArray, places: IntArray) -> int:
    """Take the number at a place out of a heap of `size`, which is one smaller then; return it."""
    number = int(heap[place])
    last = size - 1
    if place < last:
        heap[place] = heap[last]
        sink(place, last, heap, keys, places)
        rise(place, heap, keys, places)
    return number


@compiled
def rise(place: int, heap: IntArray, keys: FloatArray, places: IntArray) -> None:
    """Move a number up to where nothing above it has a larger key."""
    number = heap[place]
    while place > 0:
        parent = (place - 1) // 2
        if keys[heap[parent]] <= keys[number]:
            break
        heap[place] = heap[parent]
        places[heap[place]] = place
        place = parent
    heap[place] = number
    places[number] = place


@compiled
def sink(place: int, size: int, heap: IntArray, keys: FloatArray, places: IntArray) -> None:
    """Move a number down to where nothing below it has a smaller key."""
    number = heap[place]
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and keys[heap[child + 1]] < keys[heap[child]]:
            child += 1
        if keys[number] <= keys[heap[child]]:
            break
        heap[place] = heap[child]
        places[heap[place]] = place
        place = child
    heap[place] = number
    places[number] = place
