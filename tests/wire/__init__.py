"""Real servers of the protocols that object stores speak: S3, Azure Blob Storage and Google Cloud Storage."""
