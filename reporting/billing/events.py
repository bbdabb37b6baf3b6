"""News about money, sent inside the transaction that makes it (docs/events.md)."""

from django.dispatch import Signal

# charge: a charge stands on a bill (DFT^P03, FT1-6 CG)
charge_posted = Signal()
# charge: the credit row, with its amounts below zero; `charge.credits` is the charge that it takes back (DFT^P03, FT1-6 CR)
charge_credited = Signal()
# payment: money was taken
payment_taken = Signal()
# refund: money was given back
refund_given = Signal()
