"""What the ledger's events are called elsewhere: in the Open Cybersecurity Schema Framework, in the Elastic Common
Schema, and in a JSON schema of the portal's own."""
