"""The restore drill: a dump and a key backup alone must bring a file back."""
