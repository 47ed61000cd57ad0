"""Generates the C code of a service from its OpenAPI document: load, overlay, resolve, name, render."""
