"""Papers as PDF: plain content in, bytes out; same content, same bytes. Nothing here knows of tables or requests."""
