"""Every key with its purpose."""
