"""Three small services with OpenTelemetry's own instrumentation, and what a diagnosis makes of their traces."""
