"""What can go wrong on the way to a peer; all of it is worth trying again."""


class TransportError(Exception):
    """The message may or may not have arrived: send the same one again."""


class NotConnected(TransportError):
    """Nobody listens there, or the network is down. Nothing was sent."""


class NoAnswer(TransportError):
    """Sent, but no acknowledgement came in time."""


class ConnectionLost(TransportError):
    """The peer closed the connection instead of answering."""
