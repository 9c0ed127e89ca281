"""The laws of signed documents, pure: no Synapse, no database, no clock of their own."""
