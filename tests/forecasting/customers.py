"""Who calls again, told contact by contact: what the database's own split is held against."""

import numpy as np


def first_contacts(contacts, window):
    """Index of the first contact of each contact's chain; its own for a first contact.

    `contacts`: (customer, when) in any order. A contact at most `window` after the customer's last
    one belongs to that one's chain.
    """
    roots = np.arange(len(contacts))
    last = {}
    for index in sorted(roots, key=lambda index: contacts[index][1]):
        customer, when = contacts[index]
        before = last.get(customer)
        if before is not None and when - contacts[before][1] <= window:
            roots[index] = roots[before]
        last[customer] = index
    return roots
