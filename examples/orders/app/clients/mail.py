"""Outgoing mail."""

import logging
import smtplib
from email.message import EmailMessage

from app.config import get_settings

log = logging.getLogger(__name__)


def send_mail(recipient: str, subject: str, text: str) -> None:
    """Hand a message to the mail server."""
    settings = get_settings()
    if not settings.smtp_host:
        log.info("mail not configured, dropped: %s", subject)
        return
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = recipient
    message["Subject"] = subject
    message.set_content(text)
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=20) as server:
        server.send_message(message)
