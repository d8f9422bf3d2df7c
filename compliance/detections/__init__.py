"""What looks wrong in the stream of the ledger: named detections, each a row that somebody closes."""
