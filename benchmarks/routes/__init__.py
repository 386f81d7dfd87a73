"""Endpoints and authentication as read from source, against what real open-source servers say of themselves."""
