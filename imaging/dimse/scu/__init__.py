"""Where we call others: one file for each thing that we ask a peer to do. pynetdicom carries these."""
