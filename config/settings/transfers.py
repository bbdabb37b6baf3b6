"""Transfers: how long they wait and are kept, and which earlier studies are fetched."""

from config import environment

NODE_PAUSE_SECONDS = environment.number(
    "LIGHTBOX_NODE_PAUSE_SECONDS", 10, "A node that does not answer rests this long at first, twice as long after each further try."
)
NODE_LONGEST_PAUSE_SECONDS = environment.number(
    "LIGHTBOX_NODE_LONGEST_PAUSE_SECONDS", 600, "The longest rest of a node that does not answer: how late its return may be noticed."
)
TRANSFER_WAIT_HOURS = environment.number(
    "LIGHTBOX_TRANSFER_WAIT_HOURS", 72, "How long a transfer waits for a node that does not answer, before it fails: a long weekend."
)
PRIORS_WAIT_HOURS = environment.number(
    "LIGHTBOX_PRIORS_WAIT_HOURS", 12, "How long the fetching of earlier studies may wait; later the exam has been read without them."
)
TRANSFERS_AT_ONCE = environment.number(
    "LIGHTBOX_TRANSFERS_AT_ONCE",
    3,
    "Transfers with other systems at the same time; fewer than there are workers, or messages and arrivals would wait for a slow line.",
)
TRANSFER_DAYS = environment.number(
    "LIGHTBOX_TRANSFER_DAYS", 90, "Days for which transfers that ended are kept, so that the list does not grow for ever."
)
PRIORS_MOST = environment.number("LIGHTBOX_PRIORS_MOST", 3, "How many earlier studies are fetched ahead of an exam from each archive.")
PRIORS_YEARS = environment.number("LIGHTBOX_PRIORS_YEARS", 5, "Earlier studies that are older than this are not fetched by themselves.")
ELSEWHERE_SECONDS = environment.number(
    "LIGHTBOX_ELSEWHERE_SECONDS", 8, "How long somebody who looks in other archives waits for their answers."
)
