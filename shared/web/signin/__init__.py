"""Signing in on the pages: OpenID where a provider is set, else one-time links; sessions in sealed cookies; sign-out."""
