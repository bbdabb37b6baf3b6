"""The human integrity queue."""

from config import environment

CASE_CLAIM_SECONDS = environment.number(
    "LIGHTBOX_CASE_CLAIM_SECONDS",
    600,
    "Seconds for which a question of the queue is theirs who opened it: a phone call's time.",
)
